import zlib from 'node:zlib'
import { dictionary } from '@zxcvbn-ts/language-common'
import { checkNewPassword } from '../domain/password-rules.ts'
import type { Policy } from '../domain/policy.ts'
import { commonPasswords } from './common-passwords.ts'

/** All that the source knows, the most common first. */
const known = dictionary['passwords-common']
const listed = [
  ...known.filter(({ length }) => length >= 8).slice(0, 10_000),
  ...known.filter(({ length }) => length >= 15),
]

describe('the common passwords', () => {
  it('are the 10,000 most common of at least 8 characters, all known ones of 15 and more, and no other', () => {
    const { has } = commonPasswords()
    const expected = new Set(listed)
    expect(expected.size).toBeGreaterThan(10_000)
    expect(known.filter((word) => has(word) !== expected.has(word))).toEqual([])
    expect(has('')).toBe(false)
    expect(has('correct horse battery staple')).toBe(false)
  })

  it('are unpacked on first use, once', () => {
    const unpack = jest.spyOn(zlib, 'brotliDecompressSync')
    const { has } = commonPasswords()
    expect(unpack).not.toHaveBeenCalled()
    has('password')
    has('12345678')
    expect(unpack).toHaveBeenCalledTimes(1)
    unpack.mockRestore()
  })

  it('are each refused by the rules, and so is each twice over', async () => {
    const ports = {
      commonPasswords: commonPasswords(),
      breachedPasswords: { find: async () => 'not_found' as const },
      policy: { productName: '' } as Policy,
      events: { record: () => undefined },
    }
    const isAdmitted = (password: string) =>
      checkNewPassword(ports, password, { path: 'password', words: [] }).then(
        () => true,
        () => false,
      )
    const admitted: string[] = []
    for (const word of new Set(listed)) {
      if (await isAdmitted(word)) admitted.push(word)
      if (await isAdmitted(`${word}${word}`)) admitted.push(`${word}${word}`)
    }
    expect(admitted).toEqual([])
  })
})
