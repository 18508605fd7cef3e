import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { createLocalJWKSet, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { gateway } from '../../tools/testing/gateway.ts'
import { parties, testServices } from '../../tools/testing/test-services.ts'
import { logIn, signedUp } from '../../tools/testing/test-users.ts'

const { issuer, audience } = parties

/** An API with a user logged in, and a function that fetches what the API publishes. */
async function published() {
  const services = testServices()
  const api = gateway(services)
  await signedUp(api)
  const { accessToken } = (await logIn(api)).body
  const fetched = async (url: string) => (await api(`GET ${url.slice(issuer.length)}`)).body
  const discovery = await fetched(`${issuer}/.well-known/openid-configuration`)
  return { services, api, accessToken: accessToken as string, fetched, discovery }
}

describe('the discovery document', () => {
  it('says where the keys are, and nothing else', async () => {
    const { discovery, fetched } = await published()
    expect(discovery).toEqual({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
    })
    expect((await fetched(discovery.jwks_uri)).keys).toHaveLength(1)
  })

  it('takes its issuer from the settings, whatever host was requested', async () => {
    const { api } = await published()
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const { body } = await api('GET /.well-known/openid-configuration', { headers })
    expect(JSON.stringify(body)).not.toContain('evil')
  })

  it.each(['GET /.well-known/openid-configuration', 'GET /.well-known/jwks.json'])(
    'and the keys may be cached for an hour, and a matching If-None-Match is 304: %s',
    async (route) => {
      const { api } = await published()
      const first = await api(route)
      const tag = String(first.headers.etag)
      expect(first.headers['cache-control']).toBe('public, max-age=3600')
      expect(tag).toMatch(/^"[\w-]{22}"$/)
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await api(route, { headers: { 'if-none-match': known } })
        expect([known, again.status, again.body]).toEqual([known, 304, undefined])
        expect(again.headers).toMatchObject({ etag: tag, 'cache-control': 'public, max-age=3600' })
      }
      expect(await api(route, { headers: { 'if-none-match': '"other"' } })).toMatchObject({ status: 200 })
    },
  )
})

/** What API Gateway's own JWT authorizer checks: key id, algorithm, issuer, audience, times. */
const wrong: [
  string,
  { issuer?: string; audience?: string; later?: number; token?: (token: string) => string },
][] = [
  ['of another issuer', { issuer: 'https://other.example.com' }],
  ['for another audience', { audience: 'another' }],
  ['that has expired', { later: 901 }],
  ['whose signature was changed', { token: (token) => `${token.slice(0, -4)}AAAA` }],
  [
    'of a key that is not published',
    {
      token: (token) => {
        const [header = '', ...rest] = token.split('.')
        const named = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), kid: 'another' }
        return [Buffer.from(JSON.stringify(named)).toString('base64url'), ...rest].join('.')
      },
    },
  ],
]

describe('independent JWT verifiers', () => {
  afterEach(() => jest.useRealTimers())
  const at = (seconds: number) =>
    jest.useFakeTimers({ now: seconds * 1000, doNotFake: ['setImmediate', 'nextTick'] })

  /** Both verifiers, given only the discovery document. */
  async function verifiers() {
    const fixture = await published()
    const { jwks_uri: jwksUri, id_token_signing_alg_values_supported: algorithms } = fixture.discovery
    const keys = createLocalJWKSet(await fixture.fetched(jwksUri))
    const fetcher = {
      fetch: async (url: string) =>
        new TextEncoder().encode(JSON.stringify(await fixture.fetched(url))).buffer,
    }
    const jose = (token: string, expected: { issuer: string; audience: string }) =>
      jwtVerify(token, keys, { ...expected, algorithms, typ: 'at+jwt' })
    const aws = (token: string, expected: { issuer: string; audience: string }) =>
      JwtVerifier.create(
        { ...expected, jwksUri },
        { jwksCache: new SimpleJwksCache({ fetcher: fetcher as never }) },
      ).verify(token)
    return { ...fixture, verify: { jose, 'aws-jwt-verify': aws } }
  }

  it.each(['jose', 'aws-jwt-verify'] as const)('accept an access token of Cardea: %s', async (name) => {
    const { verify, accessToken, services } = await verifiers()
    at(services.clock.now())
    expect(await verify[name](accessToken, { issuer, audience })).toBeDefined()
  })

  it.each(
    wrong.flatMap(([what, change]) =>
      (['jose', 'aws-jwt-verify'] as const).map((name) => [name, what, change] as const),
    ),
  )('%s refuses a token %s', async (name, _, { token = (each) => each, later = 0, ...expected }) => {
    const { verify, accessToken, services } = await verifiers()
    at(services.clock.now() + later)
    await expect(verify[name](token(accessToken), { issuer, audience, ...expected })).rejects.toThrow()
  })

  it('of RFC 9068 accept an access token with every required claim: oauth4webapi', async () => {
    const { accessToken, services, fetched, discovery } = await verifiers()
    at(services.clock.now())
    const request = (token: string) =>
      new Request('https://api.example.com/things', { headers: { authorization: `Bearer ${token}` } })
    const validated = (token: string, expected = audience) =>
      oauth.validateJwtAccessToken(discovery, request(token), expected, {
        [oauth.customFetch]: async (url: string) => Response.json(await fetched(url)),
      })
    expect(await validated(accessToken)).toMatchObject({ iss: issuer, client_id: 'first-party' })
    await expect(validated(accessToken, 'another')).rejects.toThrow()
    await expect(validated(`${accessToken.slice(0, -4)}AAAA`)).rejects.toThrow()
  })

  it('refuse a refresh token, which no published key has signed', async () => {
    const { verify, api, services } = await verifiers()
    const { refreshToken } = (await logIn(api)).body
    at(services.clock.now())
    for (const each of Object.values(verify)) {
      await expect(each(refreshToken, { issuer, audience })).rejects.toThrow()
    }
  })
})
