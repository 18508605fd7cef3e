import { LONGEST_WORD, type Pattern } from './password-patterns.ts'

/** The rank of a word among common words, starting at 1; `undefined` for a word in no list. */
export type RankOf = (word: string) => number | undefined

/** A known word, also with capitals, accents, look-alike characters, or reversed. */
export function words(text: readonly string[], isUpper: readonly boolean[], rankOf: RankOf): Pattern {
  const bare = text.map((character) => character.normalize('NFD').replace(/\p{M}/gu, '') || character)
  const plain = spelled(bare)
  const others = ['i', 'l'].map((one) =>
    spelled(bare.map((character) => ('1!'.includes(character) ? one : (lookAlikes[character] ?? character)))),
  )
  const back = spelled([...bare].reverse())
  return (at, found) => {
    let [capitals, letters] = [0, 0]
    for (let end = at + 1; end <= Math.min(text.length, at + LONGEST_WORD); end++) {
      if (isUpper[end - 1]) capitals++
      if (/\p{L}/u.test(bare[end - 1] as string)) letters++
      const length = end - at
      if (length < 2) continue
      const isUsual = capitals === length || (capitals === 1 && isUpper[at] === true)
      const forCapitals = capitals === 0 ? 0 : isUsual ? 1 : 1 + Math.min(capitals, length - capitals)
      const word = plain(at, end)
      const look = (other: string, bits: number) => {
        const rank = rankOf(other)
        if (rank === undefined) return
        // Random text contains many words of two characters, because some language has each of them.
        const least = length === 2 ? 5 : 1
        found(end, Math.max(Math.log2(rank), least) + bits + forCapitals)
      }
      look(word, 0)
      // Digits alone spell no word.
      for (const spell of letters > 0 ? others : []) {
        const other = spell(at, end)
        if (other !== word) look(other, 1.5)
      }
      if (length > 3) look(back(text.length - end, text.length - at), 1.5)
    }
  }
}

const lookAlikes: Readonly<Record<string, string>> = Object.fromEntries(
  ['0o', '2z', '3e', '4a', '@a', '5s', '$s', '6g', '7t', '+t', '8b', '9g'].map((pair) => [...pair]),
)

/** Returns substrings by character positions; a character may be longer than one UTF-16 unit. */
function spelled(text: readonly string[]): (at: number, end: number) => string {
  const units = [0]
  for (const character of text) units.push((units.at(-1) as number) + character.length)
  const whole = text.join('')
  return (at, end) => whole.slice(units[at], units[end])
}
