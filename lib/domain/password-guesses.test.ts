import fc from 'fast-check'
import { guessBits } from './password-guesses.ts'

const ranks = new Map([
  ['password', 2],
  ['dragon', 16],
  ['the', 1],
  ['horse', 1024],
])
const bits = (password: string) => guessBits(password, (word) => ranks.get(word))

describe('the guesses that a password takes', () => {
  it('are those of its services, multiplied: words by their rank, other characters by how many there are', () => {
    expect(bits('')).toBe(0)
    expect(bits('horse')).toBe(10)
    expect(bits('horsedragon')).toBe(14)
    expect(bits('horse7')).toBeCloseTo(10 + 3.32)
    expect(bits('xkq')).toBeCloseTo(3 * 4.7)
    // A word is never quite free, and three are still the product of their ranks.
    expect(bits('thedragonhorse')).toBe(1 + 4 + 10)
    expect(bits('thedragonhorsedragon')).toBeGreaterThan(1 + 4 + 10 + 4)
  })

  it('grow a little for capitals, look-alikes and what is spelled from its end', () => {
    for (const variant of ['Horse', 'HORSE', 'h0rse', 'hor5e', 'h\u00F6rse', 'esroh', 'hoRse']) {
      expect(bits(variant)).toBeGreaterThanOrEqual(10)
      expect(bits(variant)).toBeLessThanOrEqual(13)
    }
  })

  it('are a few more for blanks between different words, and no more for others', () => {
    expect(bits(' horse\u3000dragon ')).toBe(bits('horsedragon') + 3)
    expect(bits('h o r s e')).toBe(bits('horse'))
    expect(bits('horse Horse  horse')).toBe(bits('horseHorsehorse'))
  })

  it('are no more for another way to write a character', () => {
    expect(bits('\uFF48\uFF4F\uFF52\uFF53\uFF45')).toBe(10)
  })

  it.each([
    ['a repeat', 'xkqzxkqzxkqzxkqz', 'xkqz'],
    ['a sequence', 'abcdefghijklmnop', 'abcde'],
    ['a sequence down', '9876543210', '98765'],
    ['a row of keys', 'qwertyuiopasdfghjkl', 'xqzjk'],
    ['columns of keys', '1qaz2wsx3edc4rfv5tgb', 'xqzjk'],
    ['keys of Cyrillic', 'йцукенгшщзхъ', 'йужбц'],
    ['a date', '24121985', '24121'],
  ])('are few for %s', (_, pattern, fewer) => {
    expect(bits(pattern)).toBeLessThan(bits(fewer) + 6)
  })

  it('are about one in all that there are for random letters', async () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
      minLength: 15,
      maxLength: 15,
    })
    fc.assert(
      fc.property(letters, (text) => bits(text) > 40 && bits(text) <= 15 * 4.7 + 1e-6),
      { seed: 1 },
    )
  })

  it('are numbers for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const value = bits(text)
        return value >= 0 && value < 256 * 10
      }),
    )
    for (const odd of [
      '\u0130'.repeat(20),
      `e${'\u0301'.repeat(255)}`,
      '\u{1F469}\u200D\u{1F4BB}'.repeat(50),
      '__proto__',
    ])
      expect(bits(odd)).toBeGreaterThan(0)
  })

  it('are counted in a time that grows with the length at most as its square, and has an end', () => {
    const milliseconds = (text: string) => {
      const times = Array.from({ length: 15 }, () => {
        const begun = performance.now()
        bits(text)
        return performance.now() - begun
      })
      return Math.min(...times)
    }
    for (const unit of ['a', 'qw', '1', '4@', 'abcdefgh', 'xk29fjq0Aalw!oei']) {
      const of = (length: number) => unit.repeat(length).slice(0, length)
      // Eight times the length is 64 times the work at most; the third power would make it 512.
      expect(milliseconds(of(256)) / milliseconds(of(32))).toBeLessThan(256)
      expect(milliseconds(of(4096)) / milliseconds(of(256))).toBeLessThan(12)
    }
    // NFKC makes 4,608 characters of these.
    expect(milliseconds('\uFDFA'.repeat(256))).toBeLessThan(100)
  })
})
