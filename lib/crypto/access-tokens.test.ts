import { createHmac, createSign, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import fc from 'fast-check'
import { testKeys } from '../../tools/testing/keys.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { accessTokenIssuer, accessTokenVerifier } from './access-tokens.ts'
import { refreshTokens } from './refresh-tokens.ts'

const NOW = 1_800_000_000
const issuer = accessTokenIssuer(parties, testKeys)
const verifier = accessTokenVerifier(parties, testKeys)

const userId = randomUUID()
const sessionId = randomUUID()
const input = {
  userId,
  sessionId,
  roles: ['user'] as const,
  withheldRoles: [],
  claimsVersion: 3,
  authTime: NOW - 50,
  amr: ['pwd'],
  acr: 'aal1' as const,
  issuedAt: NOW,
  expiresAt: NOW + 900,
}
const subject = {
  userId,
  sessionId,
  roles: ['user'],
  claimsVersion: 3,
  expiresAt: NOW + 900,
  authTime: NOW - 50,
  acr: 'aal1',
}

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString())

/** The header and claims of a valid token, to forge from. */
async function validToken() {
  const token = await issuer.issue(input)
  const [header, claims, signature] = token.split('.')
  return {
    token,
    parts: [header, claims, signature] as string[],
    header: decode(header),
    claims: decode(claims),
  }
}

/** Signs anything with the real key, for tokens that are wrong in what they say. */
async function signed(header: unknown, claims: unknown, key?: KeyObject): Promise<string> {
  const input = `${encode(header)}.${encode(claims)}`
  const { key: realKey } = await testKeys.signingKey()
  return `${input}.${sign('sha256', Buffer.from(input), key ?? realKey).toString('base64url')}`
}

describe('an access token', () => {
  it('contains what RFC 9068 and the denylist need, and nothing else', async () => {
    const { header, claims } = await validToken()
    const { kid } = await testKeys.signingKey()
    expect(header).toEqual({ alg: 'RS256', typ: 'at+jwt', kid })
    expect(claims).toEqual({
      iss: parties.issuer,
      aud: parties.audience,
      sub: userId,
      client_id: 'first-party',
      sid: sessionId,
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
      iat: NOW,
      exp: NOW + 900,
      roles: ['user'],
      auth_time: NOW - 50,
      amr: ['pwd'],
      acr: 'aal1' as const,
      cv: 3,
    })
  })

  it('names the roles that were withheld, for a verifier of ours alone', async () => {
    const token = await issuer.issue({ ...input, roles: ['user'], withheldRoles: ['admin'] })
    expect(decode(token.split('.')[1])).toMatchObject({ roles: ['user'], withheld_roles: ['admin'] })
    expect(await verifier.verify(token, NOW)).toMatchObject({ roles: ['user'], withheldRoles: ['admin'] })
    const { header, claims } = await validToken()
    for (const wrong of ['admin', [1], {}, null])
      expect(
        await verifier.verify(await signed(header, { ...claims, withheld_roles: wrong }), NOW),
      ).toBeUndefined()
  })

  it('may come from a login whose time nobody knows', async () => {
    const token = await issuer.issue({ ...input, authTime: 0 })
    expect(await verifier.verify(token, NOW)).toMatchObject({ authTime: 0 })
  })

  it('is valid from the second of its issue to the second before it expires', async () => {
    const { token } = await validToken()
    expect(await verifier.verify(token, NOW)).toEqual(subject)
    expect(await verifier.verify(token, NOW + 899)).toEqual(subject)
    expect(await verifier.verify(token, NOW + 900)).toBeUndefined()
  })

  it('is valid on a machine whose clock is up to 30 s behind', async () => {
    const { token } = await validToken()
    expect(await verifier.verify(token, NOW - 30)).toEqual(subject)
    expect(await verifier.verify(token, NOW - 31)).toBeUndefined()
  })

  it('is refused by verifiers of another issuer or audience', async () => {
    const { token } = await validToken()
    for (const other of [{ issuer: 'https://other.example.com' }, { audience: 'other' }]) {
      expect(await accessTokenVerifier({ ...parties, ...other }, testKeys).verify(token, NOW)).toBeUndefined()
    }
  })
})

describe('a forged signature is refused', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', 'noNE', ''])(
    'alg %j, with and without a signature',
    async (alg) => {
      const { header, parts } = await validToken()
      const [, claims, signature] = parts
      for (const end of ['', signature]) {
        expect(await verifier.verify(`${encode({ ...header, alg })}.${claims}.${end}`, NOW)).toBeUndefined()
      }
    },
  )

  it('HS256 with the public key as the secret, in every published form', async () => {
    const { header, claims } = await validToken()
    const [publicKey] = [...(await testKeys.publicKeys()).values()]
    if (!publicKey) throw new Error('There is no key')
    const input = `${encode({ ...header, alg: 'HS256' })}.${encode(claims)}`
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      publicKey.export({ type: 'pkcs1', format: 'pem' }),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ]
    for (const secret of secrets) {
      const signature = createHmac('sha256', secret).update(input).digest('base64url')
      expect(await verifier.verify(`${input}.${signature}`, NOW)).toBeUndefined()
    }
  })

  it.each(['RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'rs256'])(
    'our key under the name %s',
    async (alg) => {
      const { header, claims } = await validToken()
      expect(await verifier.verify(await signed({ ...header, alg }, claims), NOW)).toBeUndefined()
    },
  )

  it('RS512 that was really made with our key', async () => {
    const { header, claims } = await validToken()
    const input = `${encode({ ...header, alg: 'RS512' })}.${encode(claims)}`
    const { key } = await testKeys.signingKey()
    const signature = createSign('sha512').update(input).sign(key, 'base64url')
    expect(await verifier.verify(`${input}.${signature}`, NOW)).toBeUndefined()
  })

  it('another key under our kid, under its own kid, and embedded in the header', async () => {
    const { header, claims } = await validToken()
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = other.publicKey.export({ format: 'jwk' })
    const headers = [
      header,
      { ...header, kid: 'mine' },
      { ...header, jwk },
      { ...header, jku: 'https://evil.example/jwks.json' },
      { ...header, x5u: 'https://evil.example/cert.pem' },
      { ...header, x5c: ['MIIB'] },
    ]
    for (const each of headers) {
      expect(await verifier.verify(await signed(each, claims, other.privateKey), NOW)).toBeUndefined()
    }
  })

  it.each(['', '../../keys.json', '__proto__', 'constructor', "' OR 1=1 --", 7, null, ['a'], { a: 1 }])(
    'a kid that points elsewhere: %j',
    async (kid) => {
      const { header, claims } = await validToken()
      expect(await verifier.verify(await signed({ ...header, kid }, claims), NOW)).toBeUndefined()
    },
  )

  it('a header with critical or unknown members, even if we signed it', async () => {
    const { header, claims } = await validToken()
    for (const more of [
      { crit: ['b64'], b64: false },
      { crit: [] },
      { b64: true },
      { zip: 'DEF' },
      { cty: 'JWT' },
    ]) {
      expect(await verifier.verify(await signed({ ...header, ...more }, claims), NOW)).toBeUndefined()
    }
  })

  it('a token with one character changed, dropped or doubled', async () => {
    const { token } = await validToken()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('change', 'drop', 'double'),
        async (at, how) => {
          const character = token.charAt(at)
          const changed = character === '.' ? '' : character === 'A' ? 'B' : 'A'
          const middle = { change: changed, drop: '', double: character + character }[how]
          const forged = token.slice(0, at) + middle + token.slice(at + 1)
          expect(await verifier.verify(forged, NOW)).toBeUndefined()
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a signed token with other content is refused', () => {
  it.each(['JWT', 'rt+jwt', 'AT+JWT', 'application/at+jwt', 'at+jwt ', undefined, null, ['at+jwt']])(
    'typ %j',
    async (typ) => {
      const { header, claims } = await validToken()
      expect(await verifier.verify(await signed({ ...header, typ }, claims), NOW)).toBeUndefined()
    },
  )

  it('a refresh token', async () => {
    const tokens = refreshTokens(testKeys)
    const token = await tokens.issue(
      { userId, sessionId, generation: 1, refreshRate: { since: NOW, refreshes: 0 }, expiresAt: NOW + 900 },
      NOW,
    )
    expect(await verifier.verify(token, NOW)).toBeUndefined()
  })

  it.each<[string, object]>([
    ['another issuer', { iss: 'https://evil.example' }],
    ['a list of issuers', { iss: [parties.issuer] }],
    ['an issuer with a slash more', { iss: `${parties.issuer}/` }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'other' }],
    ['a list of audiences', { aud: [parties.audience, 'other'] }],
    ['no audience', { aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['an expiry as text', { exp: String(NOW + 900) }],
    ['an expiry that is not a number', { exp: { $gt: 0 } }],
    ['an expiry after the hard cap', { exp: NOW + 3601 }],
    ['an expiry in the year 50000', { exp: 1_515_000_000_000 }],
    ['an expiry in the past', { exp: NOW - 1 }],
    ['a fraction of a second', { exp: NOW + 0.5 }],
    ['not yet valid', { nbf: NOW + 60 }],
    ['a strange nbf', { nbf: 'soon' }],
    ['made in the future', { iat: NOW + 31, exp: NOW + 900 }],
    ['no time of issue', { iat: undefined }],
    ['a time of issue as text', { iat: String(NOW) }],
    ['no subject', { sub: undefined }],
    ['an object as subject', { sub: { $ne: null } }],
    ['an empty subject', { sub: '' }],
    ['a subject that is not one of our ids', { sub: 'USER#1' }],
    ['a list as session', { sid: [sessionId] }],
    ['no session', { sid: undefined }],
    ['no jti', { jti: undefined }],
    ['roles as text', { roles: 'admin' }],
    ['roles of numbers', { roles: [1] }],
    ['no roles', { roles: undefined }],
    ['no claims version', { cv: undefined }],
    ['a claims version as text', { cv: '3' }],
    ['a claims version of zero', { cv: 0 }],
  ])('%s', async (_, change) => {
    const { header, claims } = await validToken()
    expect(await verifier.verify(await signed(header, { ...claims, ...change }), NOW)).toBeUndefined()
  })

  it('unless a claim is given twice and its last value is right: the last one counts', async () => {
    const { header, claims } = await validToken()
    const twice = JSON.stringify(claims).replace('{', '{"exp":99999999999,"roles":["admin"],')
    expect(await verifier.verify(await signed(header, twice), NOW)).toEqual(subject)
    const lastIsWrong = JSON.stringify(claims).replace('}', ',"iss":"https://evil.example"}')
    expect(await verifier.verify(await signed(header, lastIsWrong), NOW)).toBeUndefined()
  })

  it.each(['not JSON', '[]', '"text"', 'null', '7', '', '\u{FEFF}{}'])(
    'a payload that is %j',
    async (payload) => {
      const { header } = await validToken()
      expect(await verifier.verify(await signed(header, payload), NOW)).toBeUndefined()
      expect(await verifier.verify(await signed({ ...header, typ: 'JWT' }, payload), NOW)).toBeUndefined()
    },
  )
})

describe('a text that is not a token is refused without an error', () => {
  it('JSON serialization, cut tokens, padding, spaces, dots and noise', async () => {
    const { token, parts } = await validToken()
    const [header, payload, signature] = parts
    const strange = [
      JSON.stringify({ payload, protected: header, signature }),
      JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `.${payload}.${signature}`,
      `${token}.`,
      `${token}.${signature}`,
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      token.replaceAll('.', '..'),
      `${token},${token}`,
      '',
      '.',
      '..',
      '.'.repeat(1_000_000),
      `${token}${'A'.repeat(5000)}`,
      `${encode('\u0000')}.${payload}.${signature}`,
      `${encode([])}.${payload}.${signature}`,
      `${encode('null')}.${payload}.${signature}`,
    ]
    for (const each of strange) expect(await verifier.verify(each, NOW)).toBeUndefined()
  })

  it('any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => parts.join('.')),
        ),
        async (text) => expect(await verifier.verify(text, NOW)).toBeUndefined(),
      ),
      { numRuns: 500 },
    )
  })
})
