import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

/** Ranks of words, each a power of two. */
export type Ranks = ReadonlyMap<string, number>

/** The longest beginning that a word shares with the one before, as its one digit says. */
const MOST_SHARED = 9
const FIRST_LETTER = 'a'.charCodeAt(0)

/**
 * Sorted, each word as the number of characters that it shares with the last and the rest of it; before them a line with
 * a letter for the rank of each; brotli, then base64.
 */
export function pack(ranks: Ranks): string {
  const words = [...ranks.keys()].sort()
  const letters = words.map((word) => String.fromCharCode(FIRST_LETTER + Math.log2(ranks.get(word) ?? 1)))
  const lines = words.map((word, index) => {
    const last = words[index - 1] ?? ''
    let shared = 0
    while (shared < MOST_SHARED && shared < last.length && word[shared] === last[shared]) shared++
    return `${shared}${word.slice(shared)}`
  })
  const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }
  return brotliCompressSync([letters.join(''), ...lines].join('\n'), { params }).toString('base64')
}

export function unpack(data: string): Ranks {
  const [letters = '', ...lines] = brotliDecompressSync(Buffer.from(data, 'base64')).toString().split('\n')
  let word = ''
  return new Map(
    lines.map((line, index) => {
      word = word.slice(0, Number(line[0])) + line.slice(1)
      return [word, 2 ** (letters.charCodeAt(index) - FIRST_LETTER)] as const
    }),
  )
}
