import { passwordProblem } from './password-check.ts'

const own = ['Meadow', 'Ada Lovelace', 'ada.lovelace@example.com']

describe('a new password', () => {
  it.each([
    ['short one', 'short'],
    ['🔑🔑', 'short'],
    ['abababababababab', 'repeats'],
    ['aaa aaa aaa aaa aaa', 'repeats'],
    ['lovelacelovelace', 'own'],
    ['Ada.Lovelace@Example.com', 'own'],
    ['meadow-meadow-meadow', 'repeats'],
    ['abcdefghijklmnop', 'sequence'],
    ['1234567890 09876', 'sequence'],
    ['qwertyuiopasdfgh', 'sequence'],
  ])('%s is weak: %s', (password, problem) => {
    expect(passwordProblem(password, 15, own)).toBe(problem)
  })

  it.each(['grasshopper umbrella 92 teapot', 'correct horse battery staple', 'lovelace umbrella teapot'])(
    '%s is fine',
    (password) => {
      expect(passwordProblem(password, 15, own)).toBeUndefined()
    },
  )
})
