import { ProviderFailure } from '../../../lib/domain/social-ports.ts'
import { hashOfSecret } from '../../../lib/domain/social-secrets.ts'
import { capturedLog } from '../../../tools/testing/captured-log.ts'
import type { TestRequest } from '../../../tools/testing/events.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { unavailable } from '../../../tools/testing/outages.ts'
import { atGoogle, begunFlow, codeAtGoogle, grace, newFlow } from '../../../tools/testing/social-flows.ts'
import { testServices } from '../../../tools/testing/test-services.ts'

const { redirect, codeChallenge } = newFlow()
const loginPage = 'https://auth.example.com/ui/login'
const expired = `${loginPage}#cardea_error=social_expired`

function started() {
  const services = testServices()
  const api = gateway(services)
  return { services, api }
}
type Started = ReturnType<typeof started>

const callback = ({ api }: Pick<Started, 'api'>, request: TestRequest) =>
  api('GET /auth/social/{provider}/callback', { ...atGoogle, ...request })

/** A flow whose person has come back from Google. */
async function returning(given: Started) {
  const { state, cookies } = await begunFlow(given)
  return { cookies, query: { state, code: codeAtGoogle(given) } }
}

describe('the callback', () => {
  it('sends the browser on with a code, and keeps who the person is for 60 seconds', async () => {
    const given = started()
    const { status, headers, cookies, body } = await callback(given, await returning(given))
    expect([status, cookies, body, headers['cache-control']]).toEqual([302, [], undefined, 'no-store'])
    const [page, code = ''] = (headers.location ?? '').split('#cardea_code=')
    expect([page, code]).toEqual([redirect, expect.stringMatching(/^[\w-]{43}$/)])
    const { tables, clock } = given.services
    expect([...tables.results.values()]).toEqual([
      {
        codeHash: hashOfSecret(code),
        identity: grace,
        purpose: 'login',
        codeChallenge,
        owner: undefined,
        expiresAt: clock.now() + 60,
      },
    ])
    expect([tables.flows.size, tables.accounts.size]).toEqual([0, 0])
  })

  it('works in each of two tabs, which share the cookie', async () => {
    const given = started()
    const first = await begunFlow(given)
    const second = await begunFlow(given, first.cookies)
    expect(second.cookies).toEqual(first.cookies)
    for (const { state } of [second, first]) {
      const query = { state, code: codeAtGoogle(given) }
      const { headers } = await callback(given, { cookies: first.cookies, query })
      expect(headers.location).toContain('#cardea_code=')
    }
  })

  it('tries each of two cookies of our name', async () => {
    const given = started()
    const { cookies, query } = await returning(given)
    const both = [`__Host-cardea_flow=${'o'.repeat(43)}`, ...cookies]
    expect((await callback(given, { cookies: both, query })).headers.location).toContain('#cardea_code=')
  })

  it('ignores parameters that a provider adds', async () => {
    const given = started()
    const { cookies, query } = await returning(given)
    const more = { ...query, scope: 'openid email', authuser: '0', hd: 'example.com' }
    expect((await callback(given, { cookies, query: more })).headers.location).toContain('#cardea_code=')
  })
})

describe('a callback that belongs to no flow', () => {
  const cases: readonly [string, string, (given: Started) => Promise<TestRequest>][] = [
    ['without a state', 'unknown_state', async (given) => ({ ...(await returning(given)), query: {} })],
    [
      'with another state',
      'unknown_state',
      async (given) => ({ ...(await returning(given)), query: { state: 'o'.repeat(43), code: 'x' } }),
    ],
    [
      'with two states',
      'unknown_state',
      async (given) => {
        const { cookies, query } = await returning(given)
        return { cookies, rawQuery: `state=${query.state}&state=${query.state}&code=${query.code}` }
      },
    ],
    [
      'that was used before',
      'unknown_state',
      async (given) => {
        const request = await returning(given)
        await callback(given, request)
        return request
      },
    ],
    [
      'after ten minutes',
      'expired',
      async (given) => {
        const request = await returning(given)
        given.services.clock.advance(600)
        return request
      },
    ],
    [
      'of another provider',
      'other_provider',
      async (given) => ({ ...(await returning(given)), params: { provider: 'github' } }),
    ],
    [
      'of no known provider',
      'other_provider',
      async (given) => ({ ...(await returning(given)), params: { provider: '<script>' } }),
    ],
    ['without a cookie', 'other_browser', async (given) => ({ query: (await returning(given)).query })],
    [
      'with the cookie of another browser',
      'other_browser',
      async (given) => ({
        ...(await returning(given)),
        cookies: (await begunFlow(given)).cookies,
      }),
    ],
    [
      'with a cookie of another name',
      'other_browser',
      async (given) => {
        const { cookies, query } = await returning(given)
        return { query, cookies: cookies.map((cookie) => cookie.replace('__Host-', '\u00A0__Host-')) }
      },
    ],
  ]

  it.each(cases)('%s goes on to the login page, and says why in the log', async (_, reason, requestOf) => {
    const given = started()
    const request = await requestOf(given)
    const before = given.services.tables.results.size
    const { result, entries } = await capturedLog(() => callback(given, request))
    expect([result.status, result.headers.location]).toEqual([302, expired])
    expect(given.services.tables.results.size).toBe(before)
    expect(entries).toEqual([
      expect.objectContaining({ type: 'social.failed', error: 'social_expired', reason, actor: 'anonymous' }),
    ])
    expect(JSON.stringify(entries)).not.toContain('<script>')
  })

  it('of a provider that was removed since goes on to the login page, and asks it nothing', async () => {
    const given = started()
    const request = await returning(given)
    const { policy } = given.services
    const providers = policy.providers.filter(({ name }) => name !== 'google')
    const api = gateway({ ...given.services, policy: { ...policy, providers } })
    const { result, entries } = await capturedLog(() => callback({ ...given, api }, request))
    expect([result.status, result.headers.location]).toEqual([302, expired])
    expect(entries).toEqual([expect.objectContaining({ type: 'social.failed', reason: 'other_provider' })])
  })

  it.each([
    ['another browser', { cookies: [] }],
    ['another provider', { params: { provider: 'github' } }],
  ])('of %s does not end the flow', async (_, change) => {
    const given = started()
    const request = await returning(given)
    expect((await callback(given, { ...request, ...change })).headers.location).toBe(expired)
    expect((await callback(given, request)).headers.location).toContain('#cardea_code=')
  })

  it('of two at once gets one code', async () => {
    const given = started()
    const request = await returning(given)
    const answers = await Promise.all([1, 2, 3].map(() => callback(given, request)))
    const locations = answers.map(({ headers }) => headers.location)
    expect(locations.filter((location) => location?.includes('#cardea_code='))).toHaveLength(1)
    expect(locations.filter((location) => location === expired)).toHaveLength(2)
  })
})

describe('what is no navigation', () => {
  it.each([
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }],
    ['fetch()', { headers: { 'sec-fetch-mode': 'no-cors' } }],
  ] as const)('such as %s uses up nothing', async (_, change) => {
    const given = started()
    const request = await returning(given)
    const { status, headers } = await callback(given, { ...request, ...change })
    expect([status, headers.location]).toEqual([400, undefined])
    expect((await callback(given, request)).headers.location).toContain('#cardea_code=')
  })
})

describe('a failure after the flow was recognized', () => {
  it('by the person who cancels is told to the front end, never in the words of the provider', async () => {
    const given = started()
    const { cookies, query } = await returning(given)
    const said = { state: query.state, error: 'access_denied', error_description: '<b>no</b>' }
    const { result, entries } = await capturedLog(() => callback(given, { cookies, query: said }))
    expect(result.headers.location).toBe(`${redirect}#cardea_error=access_denied`)
    const failed = { type: 'social.failed', provider: 'google', error: 'access_denied', reason: 'cancelled' }
    expect(entries).toMatchObject([failed])
    expect(JSON.stringify([result, entries])).not.toContain('<b>')
    expect((await callback(given, { cookies, query })).headers.location).toBe(expired)
  })

  it.each([
    ['provider_unavailable', 'timeout'],
    ['provider_error', 'nonce'],
    ['unavailable', 'secret'],
  ] as const)('is %s at the provider’s side for %s', async (error, reason) => {
    const given = started()
    const { cookies, query } = await returning(given)
    given.services.socialProviders.answers.set(query.code, new ProviderFailure(error, reason))
    const { result, entries } = await capturedLog(() => callback(given, { cookies, query }))
    expect(result.headers.location).toBe(`${redirect}#cardea_error=${error}`)
    expect(entries).toMatchObject([{ type: 'social.failed', provider: 'google', error, reason }])
    expect(given.services.tables.results.size).toBe(0)
  })

  it.each([
    ['of another issuer', (query: URLSearchParams) => query.set('iss', 'https://evil.example')],
    ['with a parameter twice', (query: URLSearchParams) => query.append('code', 'other')],
  ])('of a callback %s does not use up the flow', async (_, change) => {
    const given = started()
    const { cookies, query } = await returning(given)
    const changed = new URLSearchParams(query)
    change(changed)
    const wrong = await callback(given, { cookies, rawQuery: changed.toString() })
    expect(wrong.headers.location).toBe(`${redirect}#cardea_error=provider_error`)
    expect((await callback(given, { cookies, query })).headers.location).toContain('#cardea_code=')
  })

  it.each([
    ['the flow cannot be read', 'findFlow', loginPage],
    ['the flow cannot be used up', 'takeFlow', redirect],
    ['the result cannot be stored', 'putResult', redirect],
  ] as const)(
    'of ours, if %s, is a redirect with `unavailable`, and an error in the log',
    async (_, call, page) => {
      const given = started()
      const request = await returning(given)
      const social = { ...given.services.social, [call]: unavailable }
      const api = gateway({ ...given.services, social })
      const { result, entries } = await capturedLog(() => callback({ api }, request))
      expect([result.status, result.headers.location, result.headers['cache-control']]).toEqual([
        302,
        `${page}#cardea_error=unavailable`,
        'no-store',
      ])
      expect(entries).toMatchObject([{ level: 'error', type: 'request.failed' }])
    },
  )

  it('that nobody expected is a redirect as well', async () => {
    const given = started()
    const request = await returning(given)
    const identityOf = async () => {
      throw new TypeError('a bug')
    }
    const socialProviders = { ...given.services.socialProviders, identityOf }
    const api = gateway({ ...given.services, socialProviders })
    const { headers } = await callback({ api }, request)
    expect(headers.location).toBe(`${redirect}#cardea_error=unavailable`)
  })
})
