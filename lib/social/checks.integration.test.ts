import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { CLIENT_ID, CLIENT_SECRET, clientOf } from '../../tools/testing/providers/clients.ts'
import {
  es256,
  hs256,
  type Misbehaviour,
  misbehavingProvider,
  PATHS,
} from '../../tools/testing/providers/misbehaving-provider.ts'
import { ProviderFailure } from '../domain/social-ports.ts'
import { describeError } from '../log.ts'

let provider: Awaited<ReturnType<typeof misbehavingProvider>>
beforeAll(async () => {
  provider = await misbehavingProvider()
})
afterEach(() => provider.misbehave({}))
afterAll(() => provider.close())

const now = () => Math.floor(Date.now() / 1000)
const client = (change: Parameters<typeof clientOf>[1] = {}) =>
  clientOf({ kind: 'oidc', issuer: provider.issuer, trustEmail: true }, change)

/** A login in which the provider misbehaves. */
async function login(
  misbehaviour: Misbehaviour = {},
  change: (callback: URLSearchParams) => void = () => {},
) {
  provider.misbehave(misbehaviour)
  const { flow, callback, identity } = await client().logIn(provider.browser)
  change(callback)
  return { flow, callback, identity: identity() }
}
async function failure(misbehaviour: Misbehaviour, change?: (callback: URLSearchParams) => void) {
  const { identity } = await login(misbehaviour, change)
  return identity.then(
    () => 'admitted',
    ({ code, reason }: { code: string; reason: string }) => `${code}: ${reason}`,
  )
}
const claims = (change: Record<string, unknown>): Misbehaviour => ({
  claims: (all) => ({ ...all, ...change }),
})

const others = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const othersJwk = others.publicKey.export({ format: 'jwk' })
const byOthers = (signed: string) => es256(signed, others.privateKey)

it('a provider that behaves is believed', async () => {
  const { identity } = await login()
  expect(await identity).toMatchObject({ issuer: provider.issuer, subject: 'ada' })
})

describe('an ID token is refused', () => {
  it.each<[string, () => Misbehaviour, string]>([
    ['with another nonce', () => claims({ nonce: 'another' }), 'nonce'],
    ['without nonce', () => claims({ nonce: undefined }), 'nonce'],
    ['of another issuer', () => claims({ iss: 'https://other.example' }), 'iss'],
    ['of an issuer with a slash more', () => claims({ iss: `${provider.issuer}/` }), 'iss'],
    ['without issuer', () => claims({ iss: undefined }), 'iss'],
    ['for another client', () => claims({ aud: 'another' }), 'aud'],
    ['for others', () => claims({ aud: ['another', 'more'] }), 'aud'],
    ['for us and others, without azp', () => claims({ aud: [CLIENT_ID, 'another'] }), 'aud'],
    [
      'for us and others, with their azp',
      () => claims({ aud: [CLIENT_ID, 'another'], azp: 'another' }),
      'azp',
    ],
    ['for us alone, with the azp of others', () => claims({ azp: 'another' }), 'azp'],
    ['that has expired', () => claims({ exp: now() - 31 }), 'exp'],
    ['without end', () => claims({ exp: undefined }), 'exp'],
    ['whose end is a text', () => claims({ exp: '9999999999' }), 'exp'],
    ['from the future', () => claims({ iat: now() + 60 }), 'iat'],
    ['without time', () => claims({ iat: undefined }), 'iat'],
    ['that begins later', () => claims({ nbf: now() + 60 }), 'nbf'],
    ['of a login in the future', () => claims({ auth_time: now() + 60 }), 'auth_time'],
    ['without subject', () => claims({ sub: undefined }), 'sub'],
    ['with an empty subject', () => claims({ sub: '' }), 'sub'],
    ['whose subject is a number', () => claims({ sub: 7 }), 'sub'],
    ['with a subject that is too long', () => claims({ sub: 'a'.repeat(256) }), 'sub'],
    ['without algorithm', () => ({ header: () => ({ alg: 'none' }), signature: () => '' }), 'alg'],
    [
      'with HS256 and the client secret',
      () => ({
        header: () => ({ alg: 'HS256' }),
        signature: (signed) => hs256(signed, CLIENT_SECRET),
      }),
      'alg',
    ],
    [
      'with an algorithm that the provider does not have',
      () => ({ header: (all) => ({ ...all, alg: 'RS256' }) }),
      'alg',
    ],
    ['signed by others', () => ({ signature: byOthers }), 'signature'],
    ['with no signature', () => ({ signature: () => '' }), 'signature'],
    [
      'signed by others, with their key in the header',
      () => ({
        header: (all) => ({ ...all, jwk: othersJwk }),
        signature: byOthers,
      }),
      'signature',
    ],
    [
      'signed by others, with their key in the header and no kid',
      () => ({
        header: () => ({ alg: 'ES256', jwk: othersJwk, jku: 'https://other.example/keys' }),
        signature: byOthers,
      }),
      'signature',
    ],
    ['with a critical extension', () => ({ header: (all) => ({ ...all, crit: ['exp'] }) }), 'token'],
    ['that is missing', () => ({ tokens: (all) => ({ ...all, id_token: undefined }) }), 'token'],
    ['that is no JWT', () => ({ tokens: (all) => ({ ...all, id_token: 'abc' }) }), 'token'],
    ['that is encrypted', () => ({ tokens: (all) => ({ ...all, id_token: 'a.b.c.d.e' }) }), 'token'],
    ['whose key the provider does not publish', () => ({ keys: () => [] }), 'keys'],
    ['of a key for encryption', () => ({ keys: ([key]) => [{ ...key, use: 'enc' }] }), 'keys'],
  ])('%s', async (_, misbehaviour, reason) => {
    expect(await failure(misbehaviour())).toBe(`provider_error: ${reason}`)
  })

  it('not within 30 seconds of its times', async () => {
    const times = { exp: now() - 20, iat: now() + 20, nbf: now() + 20, auth_time: now() + 20 }
    expect(await failure(claims(times))).toBe('admitted')
    expect(await failure(claims({ aud: [CLIENT_ID, 'another'], azp: CLIENT_ID }))).toBe('admitted')
  })
})

describe('a callback is refused', () => {
  const promised: Misbehaviour = {
    discovery: (all) => ({ ...all, authorization_response_iss_parameter_supported: true }),
  }
  const set = (name: string, value: string) => (callback: URLSearchParams) => callback.set(name, value)

  it.each<[string, (callback: URLSearchParams) => void, string]>([
    ['with another state', set('state', 'another'), 'provider_error: callback'],
    ['without state', (callback) => callback.delete('state'), 'provider_error: callback'],
    ['with two states', (callback) => callback.append('state', 'another'), 'provider_error: callback'],
    ['without code', (callback) => callback.delete('code'), 'provider_error: code'],
    ['with two codes', (callback) => callback.append('code', 'another'), 'provider_error: code'],
    ['with a token', set('id_token', 'a.b.c'), 'provider_error: callback'],
    ['of another issuer', set('iss', 'https://other.example'), 'provider_error: callback_iss'],
    ['with an empty issuer', set('iss', ''), 'provider_error: callback_iss'],
    ['that the person cancelled', set('error', 'access_denied'), 'access_denied: cancelled'],
    ['with an error of our request', set('error', 'invalid_scope'), 'provider_error: invalid_scope'],
    ['with an error of no standard', set('error', 'invalid_scope '), 'provider_error: error'],
    [
      'of a provider that is down',
      set('error', 'temporarily_unavailable'),
      'provider_unavailable: temporary',
    ],
    ['with a code that was never issued', set('code', 'another'), 'provider_error: code'],
  ])('%s', async (_, change, reason) => {
    expect(await failure({}, change)).toBe(reason)
    expect(provider.requests.at(-1)).not.toBe(PATHS.userInfo)
  })

  it('without an issuer that the provider has promised (RFC 9207)', async () => {
    expect(await failure(promised)).toBe('provider_error: callback_iss')
    expect(await failure(promised, set('iss', provider.issuer))).toBe('admitted')
    const other = set('iss', 'https://other.example')
    const both = (callback: URLSearchParams) => {
      other(callback)
      callback.set('error', 'access_denied')
    }
    expect(await failure(promised, both)).toBe('provider_error: callback_iss')
  })

  it('before its flow is spent, where only the issuer is wrong', async () => {
    const { providers } = client()
    await providers.checkIssuer('oidc', new URLSearchParams())
    await providers.checkIssuer('oidc', new URLSearchParams({ iss: provider.issuer }))
    for (const text of ['iss=https://other.example', 'iss=', `iss=${provider.issuer}&iss=${provider.issuer}`])
      await expect(providers.checkIssuer('oidc', new URLSearchParams(text))).rejects.toMatchObject({
        reason: 'callback_iss',
      })
  })
})

describe('the userinfo endpoint', () => {
  const noEmail = claims({ email: undefined })

  it('is asked only if the ID token has no email, and email and flag come from one document', async () => {
    provider.requests.length = 0
    await (await login(claims({ email_verified: true }))).identity
    expect(provider.requests).not.toContain(PATHS.userInfo)
    const { identity } = await login({
      claims: (all) => ({ ...all, email: undefined, email_verified: true }),
      userInfo: (all) => ({ ...all, email: 'ada@example.com' }),
    })
    expect(await identity).not.toHaveProperty('email')
    const verified = await login({
      ...noEmail,
      userInfo: (all) => ({ ...all, email: 'Ada@Example.com', email_verified: true }),
    })
    expect(await verified.identity).toMatchObject({ email: 'ada@example.com', name: 'Ada' })
  })

  it.each<[string, Misbehaviour, string]>([
    ['answers for somebody else', { userInfo: () => ({ sub: 'eve' }) }, 'userinfo_sub'],
    ['answers for nobody', { userInfo: () => ({ email: 'ada@example.com' }) }, 'userinfo'],
    [
      'answers with a JWT',
      {
        discovery: (all) => ({ ...all, userinfo_signing_alg_values_supported: ['ES256'] }),
        instead: {
          [PATHS.userInfo]: (_, response) => {
            const signed = [{ alg: 'ES256' }, { sub: 'ada', email: 'eve@evil.example', email_verified: true }]
              .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
              .join('.')
            response
              .writeHead(200, { 'content-type': 'application/jwt' })
              .end(`${signed}.${byOthers(signed)}`)
          },
        },
      },
      'content',
    ],
    [
      'refuses the token',
      { instead: { [PATHS.userInfo]: (_, response) => response.writeHead(401).end() } },
      'status',
    ],
  ])('that %s', async (_, misbehaviour, reason) => {
    expect(await failure({ ...noEmail, ...misbehaviour })).toBe(`provider_error: ${reason}`)
  })
})

describe('a client secret that the provider refuses', () => {
  it.each([
    ['is sent once, if no other is stored', 'wrong', 1],
    ['is not sent again, if another is stored', 'also wrong', 2],
  ])('%s', async (_, second, times) => {
    const secrets = { secretOf: async (_: string, refused?: string) => (refused ? second : 'wrong') }
    const { identity } = await client({ secrets }).logIn(provider.browser)
    provider.requests.length = 0
    await expect(identity()).rejects.toMatchObject({ code: 'provider_error', reason: 'client' })
    expect(provider.requests).toEqual(Array(times).fill(PATHS.token))
  })

  it('that cannot be read is no fault of the provider', async () => {
    const secrets = { secretOf: async () => Promise.reject(new Error('SSM does not answer')) }
    const { identity } = await client({ secrets }).logIn(provider.browser)
    await expect(identity()).rejects.toMatchObject({ code: 'unavailable', reason: 'secret' })
  })
})

describe('a failure', () => {
  const SAID = 'eve@evil.example says <b>this</b>'

  it.each<[string, Misbehaviour]>([
    ['claims', claims({ iss: SAID, sub: SAID })],
    ['claims of wrong types', claims({ iat: SAID, sub: SAID })],
    ['a header', { header: (all) => ({ ...all, alg: SAID, kid: SAID }) }],
    ['a discovery document', { discovery: (all) => ({ ...all, issuer: SAID }) }],
    ['an endpoint', { discovery: (all) => ({ ...all, token_endpoint: SAID }) }],
    ['a token response', { tokens: () => ({ error: SAID, error_description: SAID }) }],
    [
      'an error of the token endpoint',
      {
        instead: {
          [PATHS.token]: (_, response) =>
            response
              .writeHead(400, {
                'content-type': 'application/json',
                'www-authenticate': `Basic realm="${SAID}"`,
              })
              .end(JSON.stringify({ error: SAID, error_description: SAID })),
        },
      },
    ],
    ['keys', { keys: () => [{ kty: 'EC', crv: 'P-256', x: SAID, y: SAID, kid: 'first' }] }],
    ['a page', { instead: { [PATHS.keys]: (_, response) => response.end(SAID) } }],
  ])('has no text of the provider: not of %s', async (_, misbehaviour) => {
    provider.misbehave(misbehaviour)
    const { logIn } = client()
    const error = await logIn(provider.browser)
      .then(({ identity }) => identity())
      .then(String, (failed: Error) => failed)
    expect(error).toBeInstanceOf(ProviderFailure)
    const written = inspect(error, { depth: 20 }) + JSON.stringify(describeError(error))
    expect(written).not.toContain('evil')
    expect(written).not.toContain(CLIENT_SECRET)
  })

  it('has no text of the callback', async () => {
    const { identity } = await login({}, (callback) => {
      callback.set('error', SAID)
      callback.set('error_description', SAID)
    })
    const error = await identity.catch((failed: Error) => failed)
    expect(inspect(error, { depth: 20 })).not.toContain('evil')
  })
})
