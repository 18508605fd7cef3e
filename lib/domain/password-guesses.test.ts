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
  it('are the product of its parts: words by their rank, other characters by the size of their set', () => {
    expect(bits('')).toBe(0)
    expect(bits('horse')).toBe(10)
    expect(bits('horsedragon')).toBe(14)
    expect(bits('horse7')).toBeCloseTo(10 + 3.32)
    expect(bits('xkq')).toBeCloseTo(3 * 4.7)
    // A known word still costs something, and three are the product of their ranks.
    expect(bits('thedragonhorse')).toBe(1 + 4 + 10)
    expect(bits('thedragonhorsedragon')).toBeGreaterThan(1 + 4 + 10 + 4)
  })

  it('grow by at most 3 bits for capitals, look-alikes and reversed words', () => {
    for (const variant of ['Horse', 'HORSE', 'h0rse', 'hor5e', 'h\u00F6rse', 'esroh', 'hoRse']) {
      expect(bits(variant)).toBeGreaterThanOrEqual(10)
      expect(bits(variant)).toBeLessThanOrEqual(13)
    }
  })

  it('grow by 3 bits for blanks between different words, and by none for other blanks', () => {
    expect(bits(' horse\u3000dragon ')).toBe(bits('horsedragon') + 3)
    expect(bits('h o r s e')).toBe(bits('horse'))
    expect(bits('horse Horse  horse')).toBe(bits('horseHorsehorse'))
  })

  it('do not grow for another form of a character', () => {
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

  it('are between 40 bits and the maximum for 15 random letters', async () => {
    const random = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
      minLength: 15,
      maxLength: 15,
    })
    fc.assert(
      fc.property(random, (text) => bits(text) > 40 && bits(text) <= 15 * 4.7 + 1e-6),
      { seed: 1 },
    )
  })

  it('are a number for any text', () => {
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

  it('take a time that grows at most with the square of the length', () => {
    const milliseconds = (text: string) => {
      const times = Array.from({ length: 5 }, () => {
        const begun = performance.now()
        bits(text)
        return performance.now() - begun
      })
      return Math.min(...times)
    }
    for (const unit of ['a', 'qw', '1', '4@', 'abcdefgh', 'xk29fjq0Aalw!oei']) {
      const of = (length: number) => unit.repeat(length).slice(0, length)
      // Eight times the length is at most 64 times the work. Cubic time would make it 512.
      expect(milliseconds(of(256)) / milliseconds(of(32))).toBeLessThan(256)
      expect(milliseconds(of(4096)) / milliseconds(of(256))).toBeLessThan(12)
    }
    // NFKC turns these into 4,608 characters.
    expect(milliseconds('\uFDFA'.repeat(256))).toBeLessThan(100)
  })
})
