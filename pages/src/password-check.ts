/** What is wrong with a new password, as far as a browser can tell. The server also knows common and breached passwords. */
export type PasswordProblem = 'short' | 'repeats' | 'sequence' | 'own'

/** A password must not be a repetition of fewer characters than these. */
const SHORTEST_UNIT = 8
/** The share of neighbours in a sequence from which a password is one. */
const MOST_NEIGHBOURS = 0.7
const KEYS = ['qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm', '1234567890']

/** `own`: the product's name, and the user's name and email. */
export function passwordProblem(
  password: string,
  least: number,
  own: readonly string[],
): PasswordProblem | undefined {
  const whole = password.normalize('NFKC').toLowerCase().replace(/\s+/gu, '')
  const units = Array.from({ length: SHORTEST_UNIT - 1 }, (_, index) =>
    [...whole].slice(0, index + 1).join(''),
  )
  if (whole.length > SHORTEST_UNIT && units.some((unit) => isRepeat(whole, unit))) return 'repeats'
  const words = own.flatMap((text) => [text, ...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)])
  const bare = withoutSigns(whole)
  if (words.map(withoutSigns).some((word) => word.length > 2 && isRepeat(bare, word))) return 'own'
  if (whole.length > SHORTEST_UNIT && shareOfNeighbours(whole) > MOST_NEIGHBOURS) return 'sequence'
  return [...password].length < least ? 'short' : undefined
}

const withoutSigns = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** Whether `text` is `unit` once or more often; the last repetition may be cut short. */
const isRepeat = (text: string, unit: string) =>
  text !== '' && text.startsWith(unit) && unit.repeat(Math.ceil(text.length / unit.length)).startsWith(text)

/** How many characters follow the one before them in the alphabet, in the numbers, or on the keyboard. */
function shareOfNeighbours(text: string): number {
  const signs = [...text]
  const neighbours = signs.slice(1).filter((sign, index) => {
    const before = signs[index] ?? ''
    const step = (sign.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)
    return (
      Math.abs(step) <= 1 || KEYS.some((row) => row.includes(before + sign) || row.includes(sign + before))
    )
  })
  return neighbours.length / Math.max(1, signs.length - 1)
}
