import { lengthProblem } from './password-length.ts'

describe('a new password', () => {
  it.each([8, 15, 64])('has %i to 256 characters of any kind', (least) => {
    const sentence = `must have ${least} to 256 characters`
    expect(lengthProblem('x'.repeat(least - 1), least)).toBe(sentence)
    expect(lengthProblem(` ${'x'.repeat(least - 2)} `, least)).toBeUndefined()
    expect(lengthProblem('\u{1F98B}'.repeat(256), least)).toBeUndefined()
    expect(lengthProblem('x'.repeat(257), least)).toBe(sentence)
  })

  it('is counted after normalization: combining marks do not make it longer', () => {
    expect(lengthProblem('e\u0301'.repeat(14), 15)).toBeDefined()
    expect(lengthProblem('e\u0301'.repeat(15), 15)).toBeUndefined()
  })

  it('is counted as typed: one character that normalizes to many does not make it longer', () => {
    expect(lengthProblem('\uFDFA', 15)).toBeDefined()
    expect(lengthProblem('\uFDFA'.repeat(15), 15)).toBeUndefined()
  })
})
