type Members = Readonly<Record<string, unknown>>

/** The members of a JSON object; none for any other text. */
export function parsed(text: string): Members {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null ? (found as Members) : {}
  } catch {
    return {}
  }
}

/** The members of an answer, which can still be read by the protocol. */
export const jsonOf = async (answer: Response): Promise<Members> => parsed(await answer.clone().text())
