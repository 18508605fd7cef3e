import fc from 'fast-check'
import { isSame } from './one-time-codes.ts'

describe('two secrets', () => {
  it('are compared by bytes, whatever their characters', () => {
    expect(isSame('é'.repeat(32), 'a'.repeat(32))).toBe(false)
    expect(isSame('é'.repeat(16), 'a'.repeat(32))).toBe(false)
    expect(isSame(undefined, '')).toBe(false)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(isSame(one, one)).toBe(true)
        if (one.toWellFormed() !== other.toWellFormed()) expect(isSame(one, other)).toBe(false)
      }),
    )
  })
})
