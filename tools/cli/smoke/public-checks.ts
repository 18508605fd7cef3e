import { createPublicKey } from 'node:crypto'
import type { Api } from './api.ts'
import { expectGatewayRefusal } from './emulator.ts'
import {
  expectNothingOfOurInsides,
  expectProblem,
  expectSecurityHeaders,
  expectStatus,
  expectThat,
  jsonOf,
} from './expect.ts'
import type { Report } from './report.ts'

/** A public key as the JWKS lists it. */
export interface Jwk {
  readonly kid: string
  readonly [member: string]: string
}

/** What of an RSA key in JWK form is secret (RFC 7518 6.3.2). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** What nobody needs an account for. Gives the published keys. */
export async function publicChecks(
  { check }: Pick<Report, 'check'>,
  api: Api,
  isEmulated: boolean,
): Promise<readonly Jwk[]> {
  await check('its answers have every security header', async () => {
    const answer = await api('GET /health')
    expectSecurityHeaders(answer)
    const { headers } = answer
    expectThat(headers.get('cache-control') === 'no-store', 'cache-control is not no-store')
    const type = headers.get('content-type')
    expectThat(type === 'application/json; charset=utf-8', 'content-type is not JSON in UTF-8')
  })
  await check('HEAD is answered as GET, without the content', async () => {
    const [got, head] = [await api('GET /.well-known/jwks.json'), await api('HEAD /.well-known/jwks.json')]
    expectStatus(head, got.status)
    expectThat(head.text === '', 'it has content')
    for (const name of ['content-type', 'cache-control', 'etag'])
      expectThat(head.headers.get(name) === got.headers.get(name), `its ${name} is another`)
  })
  const keys = await check('the public keys are published, and no private one', async (note) => {
    const answer = await api('GET /.well-known/jwks.json')
    expectStatus(answer, 200)
    const { keys } = jsonOf(answer)
    expectThat(Array.isArray(keys) && keys.length > 0, 'there is no key')
    for (const key of keys) {
      expectThat(key.kty === 'RSA' && key.alg === 'RS256' && key.use === 'sig', 'a key is not for RS256')
      expectThat(typeof key.kid === 'string' && key.kid, 'a key has no kid')
      expectThat(!secretMembers.some((member) => member in key), 'A PRIVATE KEY IS PUBLISHED: revoke it')
      const bits = createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? 0
      expectThat(bits >= 2048, `a key has ${bits} bits`)
    }
    const cached = /^public, max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')
    expectThat(Number(cached?.[1]) > 0, 'cache-control is not public with a max-age')
    note(`${keys.length} of RS256, cached for ${cached?.[1]} s`)
    return keys as readonly Jwk[]
  })
  await check('an unknown route is 404', async (note) => {
    note(expectGatewayRefusal(await api('GET /cardea-smoke/nowhere'), 404, isEmulated))
  })
  await check('a method that a route does not have is 404', async (note) => {
    note(expectGatewayRefusal(await api('PUT /health', { body: {} }), 404, isEmulated))
  })
  await check('a protected route without a token is 401', async (note) => {
    note(expectGatewayRefusal(await api('GET /users/me'), 401, isEmulated))
  })
  await check('a token that is none, or that nobody signed, is 401', async (note) => {
    const unsigned = [{ alg: 'none', typ: 'at+jwt' }, { sub: 'x' }, ''].map((part) =>
      part === '' ? '' : Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    expectGatewayRefusal(await api('GET /users/me', { bearer: 'nonsense' }), 401, isEmulated)
    note(expectGatewayRefusal(await api('GET /users/me', { bearer: unsigned.join('.') }), 401, isEmulated))
  })
  await check('a body that is not JSON is 400, told as a problem', async () => {
    const answer = await api('POST /auth/login', { body: '{"email":' })
    expectProblem(answer, 400, 'invalid_request')
    expectSecurityHeaders(answer)
  })
  await check('a field that is wrong is 400, and is not repeated', async () => {
    const marker = 'cardea-smoke-marker'
    const answer = await api('POST /auth/login', { body: { email: marker, password: marker, extra: marker } })
    expectProblem(answer, 400, 'invalid_request')
    expectThat(!answer.text.includes(marker), 'the answer repeats what was sent')
    const { errors } = jsonOf(answer)
    expectThat(Array.isArray(errors) && errors.length > 0, 'no field is named')
  })
  await check('a body above 10 KB is 413', async () => {
    const answer = await api('POST /auth/login', { body: { email: 'x'.repeat(11_000) } })
    expectProblem(answer, 413, 'payload_too_large')
  })
  await check('a body of another type is 415', async () => {
    const headers = { 'content-type': 'text/plain' }
    expectProblem(await api('POST /auth/login', { body: '{}', headers }), 415, 'unsupported_media_type')
  })
  await check('the API describes itself', async () => {
    const answer = await api('GET /openapi.json')
    expectStatus(answer, 200)
    expectThat(/^3\.1/.test(jsonOf(answer).openapi), 'is not OpenAPI 3.1')
    expectNothingOfOurInsides(answer)
  })
  return keys ?? []
}
