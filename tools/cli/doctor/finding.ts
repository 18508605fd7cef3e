/** The result of one check, and how to fix it. Only a `wrong` finding stops a deployment from working. */
export interface Finding {
  readonly grade: 'fine' | 'doubtful' | 'wrong'
  readonly says: string
  readonly mend?: string
}

export const fine = (says: string): Finding => ({ grade: 'fine', says })
export const doubtful = (says: string, mend: string): Finding => ({ grade: 'doubtful', says, mend })
export const wrong = (says: string, mend: string): Finding => ({ grade: 'wrong', says, mend })

const marks = { fine: 'ok   ', doubtful: 'doubt', wrong: 'WRONG' }

export const lineOf = ({ grade, says, mend }: Finding): string =>
  `${marks[grade]}  ${says}${mend ? `\n       ${mend}` : ''}`
