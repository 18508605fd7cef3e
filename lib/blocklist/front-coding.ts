import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

/** Ranks of words, each a power of two. */
export type Ranks = ReadonlyMap<string, number>

/** The longest prefix that a word can share with the one before: one digit states it. */
const MOST_SHARED = 9
const FIRST_RANK = 'a'.charCodeAt(0)

/**
 * Front coding. Each of the sorted words is stored in two parts: the length of the prefix that it shares with the word before,
 * and the rest. The first line has one character per word for its rank. The result is compressed with brotli and encoded in
 * base64.
 */
export function pack(ranks: Ranks): string {
  const words = [...ranks.keys()].sort()
  const codes = words.map((word) => String.fromCharCode(FIRST_RANK + Math.log2(ranks.get(word) ?? 1)))
  const lines = words.map((word, index) => {
    const last = words[index - 1] ?? ''
    let shared = 0
    while (shared < MOST_SHARED && shared < last.length && word[shared] === last[shared]) shared++
    return `${shared}${word.slice(shared)}`
  })
  const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }
  return brotliCompressSync([codes.join(''), ...lines].join('\n'), { params }).toString('base64')
}

export function unpack(data: string): Ranks {
  const [codes = '', ...lines] = brotliDecompressSync(Buffer.from(data, 'base64')).toString().split('\n')
  let word = ''
  return new Map(
    lines.map((line, index) => {
      word = word.slice(0, Number(line[0])) + line.slice(1)
      return [word, 2 ** (codes.charCodeAt(index) - FIRST_RANK)] as const
    }),
  )
}
