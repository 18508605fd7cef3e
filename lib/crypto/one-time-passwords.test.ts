import { totpCode } from '../../tools/testing/totp-codes.ts'
import { base32, CROCKFORD, RFC_4648 } from './base32.ts'
import { hotp, matchingStep, timeStepAt } from './one-time-passwords.ts'

/** The key of both RFCs. */
const key = Buffer.from('12345678901234567890')

it.each(
  // RFC 4226 appendix D.
  Object.entries([
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ]),
)('the code for the counter %s is %s (RFC 4226 appendix D)', (counter, code) => {
  expect(hotp(key, Number(counter))).toBe(code)
})

// RFC 6238 appendix B, SHA-1: its codes of 8 digits, of which ours are the last 6.
const vectors = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
] as const
it.each(vectors)('the code at %i is the end of %s (RFC 6238 appendix B)', (now, eight) => {
  expect(matchingStep(key, eight.slice(2), now)).toBe(timeStepAt(now))
  expect(totpCode(base32(key, RFC_4648), now)).toBe(eight.slice(2))
})

describe('a code', () => {
  const now = 1_800_000_015
  const step = timeStepAt(now)

  it('is valid in its step, in the one before and in the one after, and in no other', () => {
    const valid = [-3, -2, -1, 0, 1, 2, 3].filter((skew) => matchingStep(key, hotp(key, step + skew), now))
    expect(valid).toEqual([-1, 0, 1])
    for (const skew of valid) expect(matchingStep(key, hotp(key, step + skew), now)).toBe(step + skew)
  })

  it('that fits two steps belongs to the later one', () => {
    const step = 153_568
    expect(hotp(key, step - 1)).toBe(hotp(key, step + 1))
    expect(matchingStep(key, hotp(key, step + 1), step * 30)).toBe(step + 1)
  })

  it.each(['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦', '-12345'])('is not %j', (text) => {
    expect(matchingStep(key, text, now)).toBeUndefined()
  })
})

describe('base32', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('of %j is %s (RFC 4648 section 10, without padding)', (text, encoded) => {
    expect(base32(Buffer.from(text), RFC_4648)).toBe(encoded)
  })

  it('of Crockford has each of 32 characters once, and none that looks like another', () => {
    expect(new Set(CROCKFORD).size).toBe(32)
    expect(CROCKFORD).not.toMatch(/[ILOU]/)
  })
})
