import { dates, isDigit, progressions, repeats, walks } from './password-patterns.ts'
import { type RankOf, words } from './password-words.ts'

/** The number of characters that are examined. NFKC can turn the 256 that a caller may send into 4,608. */
const MOST_CHARACTERS = 256
/**
 * The bits that a word adds to its rank, by the number of words after it. Four unrelated words are a passphrase, unless all are
 * among the most common; five always are. The last value applies to further words too.
 */
const MORE_BITS = [0, 0, 0, 1.5, 7]
const COUNTS = MORE_BITS.length
/** The bits for a space between different words: such phrases are rarer than joined words. Other spaces add nothing. */
const BLANK_BITS = 3

/**
 * Estimates the guesses that a password takes, as a power of two. It divides the password into parts, multiplies the guesses of
 * the parts, and takes the division with the lowest product. After the idea of D. L. Wheeler, zxcvbn (USENIX Security 2016).
 * The time grows at worst with the square of the length.
 */
export function guessBits(password: string, rankOf: RankOf): number {
  const groups = password.normalize('NFKC').split(/\s+/u)
  const given = [...groups.join('')].slice(0, MOST_CHARACTERS)
  const text = given.map((character) => character.toLowerCase())
  const isUpper = given.map((character, at) => character !== text[at])
  const patterns = [repeats(text), ...progressions(text), ...walks(text), dates(text)]
  const wordsFrom = words(text, isUpper, rankOf)

  // The fewest bits from each position to the end, by the number of words in them.
  const least = new Float64Array((text.length + 1) * COUNTS).fill(Number.POSITIVE_INFINITY)
  least[text.length * COUNTS] = 0
  for (let at = text.length - 1; at >= 0; at--) {
    const take = (end: number, bits: number, isWord: 0 | 1) => {
      for (let before = 0; before < COUNTS; before++) {
        const after = at * COUNTS + Math.min(before + isWord, COUNTS - 1)
        const more = isWord ? (MORE_BITS[before] as number) : 0
        const sum = (least[end * COUNTS + before] as number) + bits + more
        if (sum < (least[after] as number)) least[after] = sum
      }
    }
    take(at + 1, bitsOf(text[at] as string) + (isUpper[at] ? 1 : 0), 0)
    for (const pattern of patterns) pattern(at, (end, bits) => take(end, bits, 0))
    wordsFrom(at, (end, bits) => take(end, bits, 1))
  }
  const different = new Set(groups.filter(({ length }) => length > 1).map((group) => group.toLowerCase()))
  return Math.min(...least.slice(0, COUNTS)) + BLANK_BITS * Math.max(0, different.size - 1)
}

/** The bits of a single character: the logarithm of the size of its character class. */
function bitsOf(character: string): number {
  const code = character.codePointAt(0) as number
  if (code >= 0x3100) return 9
  if (code >= 0x80) return 5
  if (character >= 'a' && character <= 'z') return 4.7
  if (isDigit(character)) return 3.32
  return 5
}
