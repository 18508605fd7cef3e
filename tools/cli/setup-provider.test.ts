import { generateKeyPairSync } from 'node:crypto'
import { readSecret } from './setup-provider.ts'

const keyOf = (namedCurve: string, type: 'pkcs8' | 'sec1' = 'pkcs8') =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type, format: 'pem' }).toString()

describe('the secret of a provider', () => {
  it('is stored without the space and line end around it', () => {
    expect(readSecret('google', ' GOCSPX-abc_1~ \n')).toBe('GOCSPX-abc_1~')
  })

  it.each(['', ' \n', 'two words', 'two\nlines', 'ünder', 'x'.repeat(4097)])(
    'is refused and not quoted if no provider gives such a one: %j',
    (secret) => {
      expect(() => readSecret('acme', secret)).toThrow('A client secret has 1 to 4096 characters')
    },
  )

  it('of Apple is the key file, whatever its line ends', () => {
    const pem = keyOf('P-256')
    expect(readSecret('apple', pem)).toBe(pem.trim())
    expect(readSecret('apple', `\n${pem.replaceAll('\n', '\r\n')}`)).toBe(pem.trim())
    expect(readSecret('apple', keyOf('P-256', 'sec1'))).toMatch(/^-----BEGIN PRIVATE KEY-----/)
  })

  it.each([
    ['a secret', 'GOCSPX-abc'],
    ['a path', '/home/ada/AuthKey_ABCDE12345.p8'],
    ['a key of another curve', keyOf('P-384')],
    [
      'a key of RSA',
      generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    ],
    ['half a key', keyOf('P-256').slice(0, 100)],
  ])('of Apple is not %s', (_, given) => {
    expect(() => readSecret('apple', given)).toThrow(
      /^That is no key file of Apple: a private key of the curve P-256 in PEM$/,
    )
  })
})
