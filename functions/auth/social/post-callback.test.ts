import { capturedLog } from '../../../tools/testing/captured-log.ts'
import type { TestRequest } from '../../../tools/testing/events.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { unavailable } from '../../../tools/testing/outages.ts'
import { atGoogle, begunFlow, codeAtGoogle, form } from '../../../tools/testing/social-flows.ts'
import { testServices } from '../../../tools/testing/test-services.ts'

const services = testServices()
const api = gateway(services)
const own = 'https://auth.example.com/auth/social/google/callback'
const post = (request: TestRequest, by = api) =>
  by('POST /auth/social/{provider}/callback', { ...atGoogle, ...request })
const namesStored = () => [...services.tables.flows.values()].map(({ name }) => name)
beforeEach(() => services.tables.flows.clear())

const user = (firstName: unknown, lastName: unknown = 'Hopper') =>
  JSON.stringify({ name: { firstName, lastName }, email: 'grace@example.com' })

describe('a provider that posts its answer', () => {
  it('is followed by the GET with the cookie, and the name waits with the flow', async () => {
    const { state, cookies } = await begunFlow({ api })
    const code = codeAtGoogle({ services })
    const more = { id_token: 'x.y.z', user: user('Grace') }
    const { status, headers, body } = await post({
      ...form({ state, code, ...more }),
      headers: { ...form({}).headers, origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site' },
    })
    expect([status, body, headers['cache-control']]).toEqual([303, undefined, 'no-store'])
    expect(namesStored()).toEqual(['Grace Hopper'])
    const location = new URL(headers.location ?? '')
    expect(`${location.origin}${location.pathname}`).toBe(own)
    expect(Object.fromEntries(location.searchParams)).toEqual({ state, code })
    const query = Object.fromEntries(location.searchParams)
    const finished = await api('GET /auth/social/{provider}/callback', { ...atGoogle, cookies, query })
    expect(finished.headers.location).toContain('#cardea_code=')
  })

  it('may post an error', async () => {
    const { headers } = await post(form({ state: 's', error: 'user_cancelled_authorize' }))
    expect(headers.location).toBe(`${own}?state=s&error=user_cancelled_authorize`)
  })

  it.each([
    ['no JSON', '{'],
    ['another shape', '{"name":"Grace"}'],
    ['null', 'null'],
    ['an invisible name', user('\u200B', '')],
    ['a name with a line break', user('Grace\n')],
    ['a name that is too long', user('x'.repeat(101))],
  ])('posts %s: the login goes on without a name', async (_, value) => {
    const { state } = await begunFlow({ api })
    const { status } = await post(form({ state, code: 'c', user: value }))
    expect([status, namesStored()]).toEqual([303, [undefined]])
  })

  it('names no flow of another state', async () => {
    await begunFlow({ api })
    const { status } = await post(form({ state: 'o'.repeat(43), code: 'c', user: user('Grace') }))
    expect([status, namesStored()]).toEqual([303, [undefined]])
  })

  it.each<[string, TestRequest, string]>([
    ['is too large', form({ state: 's', code: 'x'.repeat(10_241) }), 'payload_too_large'],
    ['is JSON', { body: { state: 's' } }, 'unsupported_media_type'],
    ['has no state', form({ code: 'c' }), 'invalid_request'],
    ['names a field twice', { ...form({}), body: 'state=s&state=t' }, 'invalid_request'],
    ['is no UTF-8', { ...form({}), body: '/w==', isBase64Encoded: true }, 'invalid_request'],
  ])('is refused if it %s: the browser goes on to the login page', async (_, request, reason) => {
    const { result, entries } = await capturedLog(() => post(request))
    expect([result.status, result.headers.location, result.body]).toEqual([
      303,
      'https://auth.example.com/ui/login#cardea_error=provider_error',
      undefined,
    ])
    expect(entries).toMatchObject([{ type: 'social.failed', error: 'provider_error', reason }])
  })

  it('is a redirect with `unavailable` if the name cannot be stored', async () => {
    const social = { ...services.social, nameFlow: unavailable }
    const broken = gateway({ ...services, social })
    const { status, headers } = await post(form({ state: 's', code: 'c', user: user('Grace') }), broken)
    expect([status, headers.location]).toEqual([
      303,
      'https://auth.example.com/ui/login#cardea_error=unavailable',
    ])
  })
})
