import { createHash, randomBytes } from 'node:crypto'
import { capturedLog } from '../tools/testing/captured-log.ts'
import { context, eventOf } from '../tools/testing/events.ts'
import { makeFixture, validRequest, validRequests } from '../tools/testing/fixtures.ts'
import { contractOf, gateway } from '../tools/testing/gateway.ts'
import { limited, type TestServices, testServices } from '../tools/testing/test-services.ts'
import { bearer, eve } from '../tools/testing/test-users.ts'
import { handler as getMe } from './users/get-me.ts'

const secretOf = () => randomBytes(32).toString('base64url')
const sha256 = (secret: string) => createHash('sha256').update(secret).digest()
const cdn = secretOf()
const next = secretOf()
const backend = secretOf()
const trustedProxies = {
  trustedProxySecrets: [sha256(cdn), sha256(next)],
  trustedBackendSecrets: [sha256(backend)],
}
const viewer = '203.0.113.9'
const throughCdn = (address = `${viewer}:46532`, secret = cdn) => ({
  'cardea-proxy-secret': secret,
  'cloudfront-viewer-address': address,
})
const forVisitor = (address = '203.0.113.77', secret = backend) => ({
  'cardea-backend-secret': secret,
  'cardea-client-address': address,
})
type Headers = Record<string, string>
/** The address in the event of a failed login, or how the request was refused. */
async function loggedAddress(services: TestServices, headers: Headers): Promise<unknown> {
  const body = { email: 'unknown@example.com', password: 'wrong password of a test' }
  const { result, entries } = await capturedLog(() =>
    gateway(services)('POST /auth/login', { headers, body }),
  )
  if (result.status !== 401) return [result.status, result.body.code]
  return entries.find(({ type }) => type === 'login.failed')?.ip
}

describe('the address of a client', () => {
  const services = testServices({ trustedProxies })
  const refused = [403, 'untrusted_proxy']

  it.each<[string, Headers, string]>([
    ['an IPv4 address behind the CDN', throughCdn(), viewer],
    ['an IPv6 address behind the CDN', throughCdn('2001:db8:1:2::7:46532'), '2001:db8:1:2::7'],
    ['an IPv6 address without abbreviation', throughCdn('2001:db8:1:2:3:4:5:6:1'), '2001:db8:1:2:3:4:5:6'],
    ['an IPv6 address in brackets', throughCdn('[2001:db8::1]:443'), '2001:db8::1'],
    ['the same under the second secret, while both are valid', throughCdn(`${viewer}:1`, next), viewer],
    [
      'the same in whatever case the headers have',
      { 'Cardea-Proxy-Secret': cdn, 'CloudFront-Viewer-Address': `${viewer}:1` },
      viewer,
    ],
    ['the visitor of a back end that calls past the CDN', forVisitor(), '203.0.113.77'],
    ['the same over IPv6', forVisitor('2001:db8::77'), '2001:db8::77'],
    ['the visitor of a back end behind the CDN', { ...throughCdn(), ...forVisitor() }, '203.0.113.77'],
    [
      'the one that the CDN reports, not the one that the viewer claims',
      { ...throughCdn(), 'cardea-client-address': '192.0.2.1' },
      viewer,
    ],
    [
      'the one that the CDN reports, whatever was forwarded',
      { ...throughCdn(), 'x-forwarded-for': '192.0.2.1' },
      viewer,
    ],
  ])('is %s', async (_, headers, address) => {
    expect(await loggedAddress(services, headers)).toBe(address)
  })

  it.each<[string, Headers]>([
    ['no secret', {}],
    ['an address alone', { 'cloudfront-viewer-address': `${viewer}:1` }],
    ['another secret', throughCdn(`${viewer}:1`, secretOf())],
    ['an empty secret', throughCdn(`${viewer}:1`, '')],
    ['a secret with a blank', throughCdn(`${viewer}:1`, `${cdn} `)],
    ['both secrets in one header', throughCdn(`${viewer}:1`, `${cdn},${next}`)],
    ['the digest in place of the secret', throughCdn(`${viewer}:1`, sha256(cdn).toString('hex'))],
    ['two secrets under one name', { ...throughCdn(), 'Cardea-Proxy-Secret': cdn }],
    ['two addresses under one name', { ...throughCdn(), 'CloudFront-Viewer-Address': `${viewer}:1` }],
    ['the secret of the CDN as that of a back end', forVisitor('192.0.2.1', cdn)],
    ['the secret of a back end as that of the CDN', throughCdn(`${viewer}:1`, backend)],
    ['a wrong secret of a back end behind the CDN', { ...throughCdn(), ...forVisitor('192.0.2.1', next) }],
  ])('is refused with %s', async (_, headers) => {
    expect(await loggedAddress(services, headers)).toEqual(refused)
  })

  const malformed = [
    '',
    ':443',
    viewer,
    `${viewer}:`,
    `${viewer}:123456`,
    `${viewer}:1,192.0.2.1:1`,
    'localhost:1',
  ]
  const addresses = [
    ...malformed,
    `${viewer}:x`,
    '2001:db8::1',
    '[::1]',
    'fe80::1%eth0:1',
    ' 1.2.3.4:1',
    `${'1'.repeat(9000)}:1`,
  ]
  it.each(addresses)('must be one address and a port behind the CDN (case %#)', async (address) => {
    expect(await loggedAddress(services, throughCdn(address))).toEqual(refused)
  })

  it.each(['', `${viewer}:1`, `${viewer}, 192.0.2.1`, 'fe80::1%eth0', '[2001:db8::1]', 'visitor'])(
    'must be one bare address for a visitor: %j',
    async (address) => {
      expect(await loggedAddress(services, forVisitor(address))).toEqual(refused)
    },
  )

  it('is required, also from a trusted sender', async () => {
    expect(await loggedAddress(services, { 'cardea-proxy-secret': cdn })).toEqual(refused)
    expect(await loggedAddress(services, { 'cardea-backend-secret': backend })).toEqual(refused)
  })

  it('is explained to a trusted sender if it is wrong, and to no other', async () => {
    const ask = (headers: Headers) => gateway(services)('GET /health', { headers })
    const errors = [{ path: 'cloudfront-viewer-address', message: 'must be one IP address' }]
    expect((await ask({ 'cardea-proxy-secret': cdn })).body.errors).toEqual(errors)
    expect((await ask({ 'cardea-proxy-secret': secretOf() })).body).not.toHaveProperty('errors')
  })

  it('is the sender’s where no proxy is set, whatever the headers say', async () => {
    expect(await loggedAddress(testServices(), { ...throughCdn(), ...forVisitor() })).toBe('198.51.100.7')
  })

  it('is the sender’s for browsers and the visitor’s for a back end, where only a back end is trusted', async () => {
    const without = testServices({ trustedProxies: { trustedBackendSecrets: [sha256(backend)] } })
    expect(await loggedAddress(without, {})).toBe('198.51.100.7')
    expect(await loggedAddress(without, throughCdn())).toBe('198.51.100.7')
    expect(await loggedAddress(without, { 'cardea-client-address': '192.0.2.1' })).toBe('198.51.100.7')
    expect(await loggedAddress(without, forVisitor())).toBe('203.0.113.77')
    expect(await loggedAddress(without, forVisitor('203.0.113.77', secretOf()))).toEqual(refused)
  })

  it('is refused with a secret that could be guessed from its digest', async () => {
    const weak = testServices({ trustedProxies: { trustedProxySecrets: [sha256('hunter2')] } })
    expect(await loggedAddress(weak, throughCdn(`${viewer}:1`, 'hunter2'))).toEqual(refused)
  })
})

describe('a request that comes past the CDN', () => {
  it.each(Object.keys(validRequests))(
    'is refused by %s or the authorizer before anything is read or counted',
    async (route) => {
      const { access } = await contractOf(route)
      const fixture = await makeFixture()
      const request = await validRequest(route, fixture)
      const called: string[] = []
      const watched = <T extends object>(port: T, name: string) =>
        Object.fromEntries(
          Object.entries(port).map(([each, call]) => [
            each,
            (...given: unknown[]) => {
              called.push(`${name}.${each}`)
              return call(...given)
            },
          ]),
        ) as T
      const { users, sessions, codes, outbox, denylist, rateLimiter, publishedKeys, accessTokenVerifier } =
        fixture.services
      const ports = {
        users,
        sessions,
        codes,
        outbox,
        denylist,
        rateLimiter,
        publishedKeys,
        accessTokenVerifier,
      }
      const behind = Object.entries(ports).map(([name, port]) => [name, watched(port, name)])
      const services = { ...fixture.services, ...Object.fromEntries(behind), trustedProxies } as TestServices
      const { result, entries } = await capturedLog(() => gateway(services)(route, request))
      expect([result.status, called]).toEqual([403, []])
      expect(result.body).toMatchObject(
        access === 'public' ? { code: 'untrusted_proxy' } : { message: 'Forbidden' },
      )
      expect(entries).toMatchObject([
        { type: 'access.denied', reason: 'untrusted_proxy', ip: '198.51.100.7' },
      ])

      const passed = await gateway({ ...fixture.services, trustedProxies })(route, {
        ...request,
        headers: { ...request?.headers, ...throughCdn() },
      })
      expect(passed.status).toBeLessThan(400)
    },
  )

  it('is refused by a protected route itself, where the gateway caches the authorizer’s decision', async () => {
    const services = testServices({ trustedProxies })
    const api = gateway(services)
    const headers = throughCdn()
    await api('POST /auth/signup', { body: eve, headers })
    const { email, password } = eve
    const login = await api('POST /auth/login', { body: { email, password, transport: 'body' }, headers })
    const principal = {
      userId: login.body.user.id,
      sessionId: login.body.user.id,
      roles: ['user'],
      claimsVersion: 1,
      expiresAt: services.clock.now() + 60,
    }
    const event = eventOf('GET /users/me', { headers: bearer(login) }, principal)
    const { result } = await capturedLog(() => getMe.over(services)(event, context()))
    expect([result.statusCode, JSON.parse(String(result.body)).code]).toEqual([403, 'untrusted_proxy'])
  })
})

describe('limits by address', () => {
  const signupPerIp = { most: 10, seconds: 3600 }
  const signUps = async (services: TestServices, headersOf: (index: number) => Headers) => {
    const api = gateway(limited(services, { signupPerIp }))
    const statuses: number[] = []
    for (let index = 0; index < 11; index++) {
      const body = { ...eve, email: `eve${index}@example.com` }
      statuses.push((await api('POST /auth/signup', { body, headers: headersOf(index) })).status)
    }
    return statuses
  }

  it('count each visitor behind the CDN or a back end separately, and the requests of one visitor together', async () => {
    expect(
      await signUps(testServices({ trustedProxies }), (index) => throughCdn(`192.0.2.${index}:443`)),
    ).not.toContain(429)
    expect(
      await signUps(testServices({ trustedProxies }), (index) => forVisitor(`192.0.2.${index}`)),
    ).not.toContain(429)
    const ofOne = await signUps(testServices({ trustedProxies }), (index) =>
      throughCdn(`${viewer}:${index + 1}`),
    )
    expect(ofOne.lastIndexOf(201)).toBe(9)
    expect(ofOne[10]).toBe(429)
  })

  it('cannot be evaded by headers without a secret', async () => {
    const forged = (index: number) => ({
      ...throughCdn(`192.0.2.${index}:443`, secretOf()),
      'cardea-client-address': `192.0.2.${index}`,
    })
    expect((await signUps(testServices(), forged))[10]).toBe(429)
  })
})

describe('the secrets of proxies', () => {
  it('are in no log line, whatever fails', async () => {
    const { text } = await capturedLog(async () => {
      const services = testServices({ trustedProxies })
      const api = gateway(services)
      for (const headers of [throughCdn(), forVisitor(), { ...throughCdn('x'), ...forVisitor('x') }]) {
        await api('GET /health', { headers })
        await api('POST /auth/login', { headers, body: '{' })
        await api('POST /auth/login', { headers, body: { email: cdn, password: backend } })
        await api('GET /users/me', { headers: { ...headers, authorization: 'Bearer a.b.c' } })
      }
    })
    expect(text).toContain('access.denied')
    for (const secret of [cdn, backend, sha256(cdn).toString('hex')]) expect(text).not.toContain(secret)
  })
})
