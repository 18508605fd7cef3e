/** What HTTP calls optional whitespace (RFC 9110 5.6.3), and nothing else that JavaScript calls so. */
const isBlank = (character: string | undefined) => character === ' ' || character === '\t'

/** A text without the blanks around it. Counted, not matched: a pattern for the end of a text takes quadratic time. */
export function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}
