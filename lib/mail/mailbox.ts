import { oneLine } from './template-layout.ts'

/** The bytes of text that fit into one encoded word of 75 characters (RFC 2047, 2). */
const MOST_BYTES = 45

/** An address with a display name (RFC 5322, 3.4): quoted if it is ASCII, otherwise in encoded words (RFC 2047). */
export function mailbox(name: string, address: string): string {
  const shown = oneLine(name)
  if (!shown) return address
  if (/^[ -~]*$/.test(shown)) return `"${shown.replace(/["\\]/g, '\\$&')}" <${address}>`
  const words: string[] = ['']
  // A character must not be split between words (RFC 2047, 5).
  for (const character of shown) {
    if (Buffer.byteLength(words.at(-1) + character) > MOST_BYTES) words.push('')
    words[words.length - 1] += character
  }
  return `${words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ')} <${address}>`
}
