/** Optional whitespace in HTTP (RFC 9110 5.6.3); JavaScript's definition is wider. */
const isBlank = (character: string | undefined) => character === ' ' || character === '\t'

/** Trims optional whitespace. A loop, because a regular expression anchored at the end takes quadratic time. */
export function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}
