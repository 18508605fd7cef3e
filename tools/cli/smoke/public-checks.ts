import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import type { Answer, Request } from './api.ts'
import type { Run } from './run.ts'

/** In seconds: the least that browsers preload. */
const YEAR = 31_536_000
const securityHeaders = {
  'strict-transport-security': /^max-age=\d+;.*includeSubDomains/i,
  'x-content-type-options': /^nosniff$/,
  'content-security-policy': /(?=.*default-src 'none').*frame-ancestors 'none'/,
  'referrer-policy': /^no-referrer$/,
  'cache-control': /no-store/,
}
function expectSecurityHeaders({ header }: Answer): void {
  for (const [name, pattern] of Object.entries(securityHeaders))
    assert(pattern.test(header(name)), `${name} is missing or wrong`)
  const [maxAge] = /\d+/.exec(header('strict-transport-security')) ?? []
  assert(Number(maxAge) >= YEAR, 'strict-transport-security is shorter than a year')
}

const notJson = { body: '{"email":', expect: 400, code: 'invalid_request' }
const tooLarge = { body: { email: 'x'.repeat(11_000) }, expect: 413, code: 'payload_too_large' }
const asText = { 'content-type': 'text/plain' }
const plain = { body: '{}', headers: asText, expect: 415, code: 'unsupported_media_type' }
const unsigned = 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJ4In0.'
const [noToken, noRoute] = [401, 404].map((expect) => ({ expect, code: 'gateway' }))
const refusals: readonly [title: string, route: string, Request][] = [
  ['an unknown route is 404', 'GET /cardea-smoke/nowhere', { ...noRoute }],
  ['an unknown method of a route is 404', 'PUT /health', { ...noRoute, body: {} }],
  ['a protected route without a token is 401', 'GET /users/me', { ...noToken }],
  ['a malformed token is 401', 'GET /users/me', { ...noToken, bearer: 'nonsense' }],
  ['an unsigned token is 401', 'GET /users/me', { ...noToken, bearer: unsigned }],
  ['a body that is not JSON is 400', 'POST /auth/login', notJson],
  ['a body above 10 KB is 413', 'POST /auth/login', tooLarge],
  ['a body of another content type is 415', 'POST /auth/login', plain],
]

/** What the API answers without an account. */
export async function publicChecks(run: Run): Promise<void> {
  const { api, check } = run
  await check('every answer has the security headers', async () => {
    const answer = await api('GET /health')
    expectSecurityHeaders(answer)
    expectSecurityHeaders(await api('POST /auth/login', notJson))
    const type = answer.header('content-type')
    assert(type === 'application/json; charset=utf-8', 'content-type is not JSON in UTF-8')
  })
  await check('HEAD is answered like GET, without a body', async () => {
    const get = await api('GET /.well-known/jwks.json')
    const head = await api('HEAD /.well-known/jwks.json', { expect: get.status })
    assert(head.text === '', 'it has a body')
    for (const name of ['content-type', 'cache-control', 'etag'])
      assert(head.header(name) === get.header(name), `its ${name} is another`)
  })
  await check('the public keys are published, and no private key', async () => {
    const { header, body } = await api('GET /.well-known/jwks.json', { expect: 200 })
    assert(body.keys?.length > 0, 'there is no key')
    for (const key of body.keys) {
      const isComplete = key.kty === 'RSA' && key.alg === 'RS256' && key.use === 'sig' && key.kid
      assert(isComplete, 'a key is not for RS256, or has no kid')
      // The secret members of a JWK: RFC 7518 6.2.2, 6.3.2, 6.4.1.
      const isSecret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].some((member) => member in key)
      assert(!isSecret, 'A PRIVATE KEY IS PUBLISHED: revoke it')
      const bits = createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? 0
      assert(bits >= 2048, `a key has ${bits} bits`)
    }
    const seconds = /^public, max-age=(\d+)/.exec(header('cache-control'))?.[1]
    assert(Number(seconds) > 0, 'cache-control is not public with a max-age')
    run.keys = body.keys
    return `${body.keys.length} of RS256, cached for ${seconds} s`
  })
  for (const [title, route, request] of refusals) await check(title, () => api(route, request))
  await check('an invalid field is 400, and its value is not repeated', async () => {
    const marker = 'cardea-smoke-marker'
    const sent = { email: marker, password: marker, extra: marker }
    const { text, body } = await api('POST /auth/login', { ...notJson, body: sent })
    assert(!text.includes(marker), 'the answer repeats what was sent')
    assert(body.errors?.length > 0, 'the answer names no field')
  })
  await check('the OpenAPI document is published', async () => {
    const { body } = await api('GET /openapi.json', { expect: 200 })
    assert(/^3\.1/.test(body.openapi), 'it is not OpenAPI 3.1')
  })
}

/** An origin that cannot exist (RFC 2606), so no API lists it. */
export const unlistedOrigin = 'https://cardea-smoke.invalid'

/** Which pages may read answers. */
export async function corsChecks(run: Run): Promise<void> {
  const { api, check, isEmulated } = run
  const { origin } = run.settings
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  const preflight = (origin: string) => api('OPTIONS /auth/login', { headers: { origin, ...asked } })
  const allowed = (answer: Answer, what = 'origin') => answer.header(`access-control-allow-${what}`)
  await check('CORS: a page of an unlisted origin may send nothing', async () => {
    assert(allowed(await preflight(unlistedOrigin)) === '', 'its preflight is allowed')
  })
  await check('CORS: a page of an unlisted origin may read nothing', async () => {
    const origin = allowed(await api('GET /health', { headers: { origin: unlistedOrigin } }))
    if (!isEmulated) return assert(origin === '', 'it may')
    assert(origin === unlistedOrigin, 'serverless-offline has changed: this check needs a review')
    return 'local: serverless-offline lets every page read; checked on AWS only'
  })
  if (!origin) return void run.skipped.push('CORS of a listed origin: name one with --origin')

  const expectAllowed = (answer: Answer) => {
    assert(allowed(answer) === origin, 'it may not')
    assert(allowed(answer, 'credentials') === 'true', 'it may, but not with its cookie')
  }
  await check('CORS: a page of the listed origin may send requests', async () => {
    const answer = await preflight(origin)
    assert([200, 204].includes(answer.status), `its preflight is answered ${answer.status}`)
    expectAllowed(answer)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      assert(allowed(answer, 'methods').includes(method), `it may not with ${method}`)
    for (const header of ['authorization', 'content-type'])
      assert(
        allowed(answer, 'headers').toLowerCase().includes(header),
        `it may not with the header ${header}`,
      )
  })
  await check('CORS: a page of the listed origin may read answers', async () => {
    const answer = await api('GET /health', { headers: { origin } })
    expectAllowed(answer)
    assert(/retry-after/i.test(answer.header('access-control-expose-headers')), 'it may, but not Retry-After')
    // AWS does not document this. A page that cannot read the refusal sees a failed request instead of a 401.
    const refusal = await api('GET /users/me', { headers: { origin }, bearer: 'nonsense' })
    return allowed(refusal) === origin ? 'also a 401 of the gateway' : 'BUT NOT a 401 of the gateway'
  })
}
