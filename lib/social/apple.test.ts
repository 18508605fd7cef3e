import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { apple } from './apple.ts'

const NOW = 1_800_000_000
const pem = (namedCurve = 'P-256') =>
  String(generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }))
const provider = () =>
  apple({
    name: 'apple',
    kind: 'apple',
    label: 'Apple',
    clientId: 'com.example.web',
    teamId: 'TEAM123456',
    keyId: 'KEY1234567',
    trustEmail: false,
  })
const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString())

describe('the client secret of Apple', () => {
  it('is a JWT of the team, signed with its key, for five minutes', () => {
    const key = pem()
    const [header = '', claims = '', signature = ''] = (provider().clientSecret?.(key, NOW) ?? '').split('.')
    expect(decoded(header)).toEqual({ alg: 'ES256', kid: 'KEY1234567' })
    expect(decoded(claims)).toEqual({
      iss: 'TEAM123456',
      iat: NOW,
      exp: NOW + 300,
      aud: 'https://appleid.apple.com',
      sub: 'com.example.web',
    })
    const check = { key: createPublicKey(key), dsaEncoding: 'ieee-p1363' as const }
    expect(
      verify('sha256', Buffer.from(`${header}.${claims}`), check, Buffer.from(signature, 'base64url')),
    ).toBe(true)
  })

  it('is made again a minute before its end, for another key, and if the clock was set back', () => {
    const { clientSecret } = provider()
    const [first, second] = [pem(), pem()]
    const made = clientSecret?.(first, NOW)
    expect(clientSecret?.(first, NOW + 239)).toBe(made)
    expect(clientSecret?.(first, NOW - 1)).not.toBe(made)
    const later = clientSecret?.(first, NOW + 240)
    expect(decoded(later?.split('.')[1]).exp).toBe(NOW + 540)
    expect(clientSecret?.(second, NOW + 240)).not.toBe(later)
  })

  it.each(['no key', '-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----', pem('P-384')])(
    'is an error for a key of another form, which does not quote it',
    (key) => {
      expect(() => provider().clientSecret?.(key, NOW)).toThrow(
        new Error('The secret of apple is no .p8 private key of P-256'),
      )
    },
  )
})
