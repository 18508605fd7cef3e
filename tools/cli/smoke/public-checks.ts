import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import type { Answer, Request } from './api.ts'
import { expectGatewayRefusal, type Run } from './run.ts'

/** In seconds: the least that browsers preload. */
const YEAR = 31_536_000
const securityHeaders = {
  'strict-transport-security': /includeSubDomains/i,
  'x-content-type-options': /^nosniff$/,
  'content-security-policy': /(?=.*default-src 'none').*frame-ancestors 'none'/,
  'referrer-policy': /^no-referrer$/,
}
function expectSecurityHeaders({ header }: Answer): void {
  for (const [name, pattern] of Object.entries(securityHeaders))
    assert(pattern.test(header(name)), `${name} is missing or wrong`)
  const [, maxAge] = /^max-age=(\d+)/i.exec(header('strict-transport-security')) ?? []
  assert(Number(maxAge) >= YEAR, 'strict-transport-security is shorter than a year')
}

/** The secret members of a JWK (RFC 7518 6.2.2, 6.3.2, 6.4.1). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

const unsignedToken = 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJ4In0.'

/** What needs no account. */
export async function publicChecks(run: Run): Promise<void> {
  const { api, check } = run
  const refused = async (route: string, status: 401 | 404, request = {}) =>
    expectGatewayRefusal(run, await api(route, request), status)
  await check('an answer has every security header', async () => {
    const answer = await api('GET /health')
    expectSecurityHeaders(answer)
    assert(answer.header('cache-control') === 'no-store', 'cache-control is not no-store')
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
      assert(key.kty === 'RSA' && key.alg === 'RS256' && key.use === 'sig', 'a key is not for RS256')
      assert(typeof key.kid === 'string' && key.kid, 'a key has no kid')
      assert(!secretMembers.some((member) => member in key), 'A PRIVATE KEY IS PUBLISHED: revoke it')
      const bits = createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails?.modulusLength ?? 0
      assert(bits >= 2048, `a key has ${bits} bits`)
    }
    const seconds = /^public, max-age=(\d+)/.exec(header('cache-control'))?.[1]
    assert(Number(seconds) > 0, 'cache-control is not public with a max-age')
    run.keys = body.keys
    return `${body.keys.length} of RS256, cached for ${seconds} s`
  })
  await check('an unknown route is 404', () => refused('GET /cardea-smoke/nowhere', 404))
  await check('an unknown method of a route is 404', () => refused('PUT /health', 404, { body: {} }))
  await check('a protected route without a token is 401', () => refused('GET /users/me', 401))
  await check('a malformed or unsigned token is 401', async () => {
    await refused('GET /users/me', 401, { bearer: 'nonsense' })
    return refused('GET /users/me', 401, { bearer: unsignedToken })
  })
  const login = (request: Request) => api('POST /auth/login', request)
  await check('a body that is not JSON is 400', async () => {
    expectSecurityHeaders(await login({ body: '{"email":', expect: 400, code: 'invalid_request' }))
  })
  await check('an invalid field is 400, and its value is not repeated', async () => {
    const marker = 'cardea-smoke-marker'
    const sent = { email: marker, password: marker, extra: marker }
    const { text, body } = await login({ body: sent, expect: 400, code: 'invalid_request' })
    assert(!text.includes(marker), 'the answer repeats what was sent')
    assert(body.errors?.length > 0, 'the answer names no field')
  })
  await check('a body above 10 KB is 413', () =>
    login({ body: { email: 'x'.repeat(11_000) }, expect: 413, code: 'payload_too_large' }),
  )
  await check('a body of another content type is 415', () => {
    const headers = { 'content-type': 'text/plain' }
    return login({ body: '{}', headers, expect: 415, code: 'unsupported_media_type' })
  })
  await check('the OpenAPI document is published', async () => {
    const { body } = await api('GET /openapi.json', { expect: 200 })
    assert(/^3\.1/.test(body.openapi), 'it is not OpenAPI 3.1')
  })
}

/** An origin that cannot exist (RFC 2606), so no API lists it. */
export const unlistedOrigin = 'https://cardea-smoke.invalid'

const allowedOrigin = ({ header }: Answer) => header('access-control-allow-origin')

/** Which pages may read answers. */
export async function corsChecks({ api, check, skipped, isEmulated, options }: Run): Promise<void> {
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  const preflight = (origin: string) => api('OPTIONS /auth/login', { headers: { origin, ...asked } })
  await check('CORS: a page of an unlisted origin may send nothing', async () => {
    assert(allowedOrigin(await preflight(unlistedOrigin)) === '', 'its preflight is allowed')
  })
  await check('CORS: a page of an unlisted origin may read nothing', async () => {
    const allowed = allowedOrigin(await api('GET /health', { headers: { origin: unlistedOrigin } }))
    if (!isEmulated) return assert(allowed === '', 'it may')
    assert(allowed === unlistedOrigin, 'serverless-offline has changed: this check needs a review')
    return 'local: serverless-offline lets every page read; checked on AWS only'
  })
  const { origin } = options
  if (!origin) return void skipped.push('CORS of a listed origin: name one with --origin')

  const expectAllowed = (answer: Answer) => {
    assert(allowedOrigin(answer) === origin, 'it may not')
    assert(answer.header('access-control-allow-credentials') === 'true', 'it may, but not with its cookie')
  }
  await check('CORS: a page of the listed origin may send requests', async () => {
    const answer = await preflight(origin)
    assert([200, 204].includes(answer.status), `its preflight is answered ${answer.status}`)
    expectAllowed(answer)
    const list = (name: string) => answer.header(`access-control-allow-${name}`).toLowerCase()
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      assert(list('methods').includes(method.toLowerCase()), `it may not with ${method}`)
    for (const header of ['authorization', 'content-type'])
      assert(list('headers').includes(header), `it may not with the header ${header}`)
  })
  await check('CORS: a page of the listed origin may read answers', async () => {
    const answer = await api('GET /health', { headers: { origin } })
    expectAllowed(answer)
    assert(/retry-after/i.test(answer.header('access-control-expose-headers')), 'it may, but not Retry-After')
    // AWS does not document this. A page that cannot read the refusal sees a failed request instead of a 401.
    const refusal = await api('GET /users/me', { headers: { origin }, bearer: 'nonsense' })
    return allowedOrigin(refusal) === origin ? 'also a 401 of the gateway' : 'BUT NOT a 401 of the gateway'
  })
}
