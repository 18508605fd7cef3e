import { ProviderFailure } from '../../../lib/domain/social-ports.ts'
import { hashOfSecret } from '../../../lib/domain/social-secrets.ts'
import { capturedLog } from '../../../tools/testing/captured-log.ts'
import type { TestRequest } from '../../../tools/testing/events.ts'
import { type Gateway, gateway } from '../../../tools/testing/gateway.ts'
import { unavailable } from '../../../tools/testing/outages.ts'
import { atGoogle, newFlow } from '../../../tools/testing/social-flows.ts'
import { limited, testServices } from '../../../tools/testing/test-services.ts'

const services = testServices()
const api = gateway(services)
const start = (change: TestRequest = {}, by: Gateway = api) =>
  by('GET /auth/social/{provider}', { ...atGoogle, query: newFlow(), ...change })
const isStored = () => services.tables.flows.size > 0
beforeEach(() => services.tables.flows.clear())

const cookieValue = (cookie = '') => cookie.split(';')[0]?.split('=')[1] ?? ''
const other = 'o'.repeat(43)

describe('the start of a login with a provider', () => {
  it('sends the browser to the provider, and stores hashes of what only the browser has', async () => {
    const { status, headers, cookies, body } = await start()
    expect([status, body, headers['cache-control']]).toEqual([302, undefined, 'no-store'])
    const location = new URL(headers.location ?? '')
    expect(location.origin).toBe('https://google.example')
    const state = location.searchParams.get('state') ?? ''
    expect(state).toMatch(/^[\w-]{43}$/)
    expect(cookies).toEqual([
      expect.stringMatching(
        /^__Host-cardea_flow=[\w-]{43}; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
      ),
    ])
    const cookie = cookieValue(cookies[0])
    const { nonce, codeVerifier, ...flow } = services.tables.flows.get(hashOfSecret(state)) ?? {}
    expect(flow).toEqual({
      ...newFlow(),
      stateHash: hashOfSecret(state),
      provider: 'google',
      purpose: 'login',
      cookieHash: hashOfSecret(cookie),
      expiresAt: services.clock.now() + 600,
    })
    expect(nonce).toBe(location.searchParams.get('nonce'))
    expect(codeVerifier).toMatch(/^[\w-]{43}$/)
    expect(new Set([state, cookie, nonce, codeVerifier]).size).toBe(4)
    const stored = JSON.stringify([...services.tables.flows])
    for (const secret of [state, cookie]) expect(stored).not.toContain(secret)
  })

  it('keeps the cookie of an earlier flow, so that two tabs do not end each other’s flow', async () => {
    const { cookies } = await start({ cookies: [`__Host-cardea_flow=${other}`] })
    expect(cookieValue(cookies[0])).toBe(other)
    expect(cookies[0]).toContain('Max-Age=600')
  })

  it.each([
    ['is empty', ''],
    ['is too short', 'o'.repeat(42)],
    ['is too long', 'o'.repeat(44)],
    ['has another alphabet', `${'o'.repeat(42)}=`],
  ])('makes a new cookie if the value %s', async (_, value) => {
    const { cookies } = await start({ cookies: [`__Host-cardea_flow=${value}`] })
    expect(cookieValue(cookies[0])).not.toBe(value)
  })

  it.each([
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }],
    ['a prerender', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
    ['a prefetch of an older browser', { headers: { purpose: 'prefetch' } }],
    ['fetch()', { headers: { 'sec-fetch-mode': 'cors' } }],
    ['an image', { headers: { 'sec-fetch-mode': 'no-cors' } }],
  ] as const)('refuses %s, and stores nothing', async (_, change) => {
    const { status, headers, cookies } = await start(change)
    expect([status, headers.location, cookies]).toEqual([400, undefined, []])
    expect(isStored()).toBe(false)
  })

  it('admits a navigation, also of a browser that sends no Fetch Metadata', async () => {
    expect((await start({ headers: { 'sec-fetch-mode': 'navigate' } })).status).toBe(302)
    expect((await start()).status).toBe(302)
  })

  it.each([
    ['another address', { redirect: 'https://evil.example/' }],
    ['an allowed address with another query', { redirect: 'https://app.example.com/after-login?x=1' }],
    ['an allowed address with a slash more', { redirect: 'https://app.example.com/after-login/' }],
    ['an allowed address in capital letters', { redirect: 'https://APP.example.com/after-login' }],
    ['only an allowed origin', { redirect: 'https://app.example.com' }],
    ['an empty address', { redirect: '' }],
    ['a challenge that is too short', { codeChallenge: 'o'.repeat(42) }],
    ['a plain verifier that is too long', { codeChallenge: 'o'.repeat(44) }],
    ['a challenge of another alphabet', { codeChallenge: `${'o'.repeat(42)}+` }],
  ])('answers %s with 400, and never redirects', async (_, change) => {
    const { status, headers, body } = await start({ query: { ...newFlow(), ...change } })
    expect([status, body.code, headers.location]).toEqual([400, 'invalid_request', undefined])
    expect(isStored()).toBe(false)
  })

  it('needs the redirect and the challenge, or a ticket alone', async () => {
    const { redirect, codeChallenge } = newFlow()
    for (const query of [{}, { redirect }, { codeChallenge }, { ...newFlow(), ticket: 'x' }]) {
      const { status, body } = await start({ query })
      expect([status, body.errors[0].path]).toEqual([400, 'query'])
    }
  })

  it('answers 404 for a provider that is not configured, before it counts anything', async () => {
    const one = gateway(limited(testServices(), { socialPerIp: { most: 1, seconds: 900 } }))
    const query = { ...newFlow(), redirect: 'https://evil.example/' }
    for (let count = 0; count < 3; count++)
      expect((await start({ params: { provider: 'gitlab' }, query }, one)).status).toBe(404)
    expect((await start({}, one)).status).toBe(302)
  })

  it('counts by address before it looks at the redirect', async () => {
    const one = gateway(limited(testServices(), { socialPerIp: { most: 1, seconds: 900 } }))
    const query = { ...newFlow(), redirect: 'https://evil.example/' }
    expect((await start({ query }, one)).status).toBe(400)
    expect((await start({}, one)).status).toBe(429)
    expect((await start({ ip: '203.0.113.9' }, one)).status).toBe(302)
  })

  it('goes back with an error if the provider cannot be asked, and records why', async () => {
    const authorizationUrl = async () => {
      throw new ProviderFailure('provider_unavailable', 'discovery')
    }
    const socialProviders = { ...services.socialProviders, authorizationUrl }
    const broken = gateway({ ...services, socialProviders })
    const { result, entries } = await capturedLog(() => start({}, broken))
    expect([result.status, result.headers.location]).toEqual([
      302,
      'https://app.example.com/after-login#cardea_error=provider_unavailable',
    ])
    const failed = { type: 'social.failed', provider: 'google', error: 'provider_unavailable' }
    expect(entries).toMatchObject([{ ...failed, reason: 'discovery' }])
  })

  it('answers 503 if the flow cannot be stored', async () => {
    const social = { ...services.social, putFlow: unavailable }
    expect((await start({}, gateway({ ...services, social }))).status).toBe(503)
  })
})
