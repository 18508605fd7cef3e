import { hashOfSecret } from '../../../lib/domain/social-secrets.ts'
import { asEve, type Fixture, makeFixture, verified } from '../../../tools/testing/fixtures.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { atGoogle, newFlow } from '../../../tools/testing/social-flows.ts'
import { limited } from '../../../tools/testing/test-services.ts'

const link = 'POST /auth/social/{provider}/link'
const reauthenticate = 'POST /auth/social/{provider}/reauthenticate'
const start = 'GET /auth/social/{provider}'
const routes = [link, reauthenticate]

/** Eve, whose email is verified, asks for an address. */
async function asked(route: string, fixture?: Fixture) {
  const given = fixture ?? (await makeFixture())
  await verified(given)
  const answer = await given.api(route, { ...atGoogle, ...asEve(given), body: newFlow() })
  const ticket = new URL(answer.body.url).searchParams.get('ticket') ?? ''
  return { ...given, answer, ticket }
}

describe.each([
  [link, 'link'],
  [reauthenticate, 'reauthentication'],
])('%s', (route, purpose) => {
  it('answers an address that begins the flow of this user once', async () => {
    const { api, services, answer, ticket, userId } = await asked(route)
    expect(answer.status).toBe(201)
    expect(answer.body.url).toBe(`https://auth.example.com/auth/social/google?ticket=${ticket}`)
    expect(JSON.stringify([...services.tables.linkTickets])).not.toContain(ticket)
    const { sessionVersion } = services.tables.accounts.get(userId) ?? {}
    const begun = await api(start, { ...atGoogle, query: { ticket } })
    expect(begun.status).toBe(302)
    expect([...services.tables.flows.values()]).toMatchObject([
      { ...newFlow(), provider: 'google', purpose, owner: { userId, sessionVersion } },
    ])
    const again = await api(start, { ...atGoogle, query: { ticket } })
    expect([again.status, again.body.code, again.headers.location]).toEqual([400, 'invalid_link', undefined])
  })

  it('answers an address for 60 seconds', async () => {
    const { api, services, ticket } = await asked(route)
    services.clock.advance(60)
    expect((await api(start, { ...atGoogle, query: { ticket } })).status).toBe(400)
  })

  it('answers an address of this provider alone', async () => {
    const { api, services, ticket } = await asked(route)
    const other = await api(start, { params: { provider: 'github' }, query: { ticket } })
    expect([other.status, services.tables.flows.size]).toEqual([400, 0])
  })

  it('checks provider, limit, redirect and challenge as the start does', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    const one = gateway(limited(fixture.services, { socialPerIp: { most: 1, seconds: 900 } }))
    const ask = async (change: object, provider = 'google') => {
      const request = { params: { provider }, ...asEve(fixture), body: { ...newFlow(), ...change } }
      return (await one(route, request)).status
    }
    expect(await ask({}, 'gitlab')).toBe(404)
    expect(await ask({ redirect: 'https://evil.example/' })).toBe(400)
    expect(await ask({})).toBe(429)
    expect(await ask({ more: 'x' })).toBe(400)
  })
})

describe('a link', () => {
  it('is not begun for an account that is not confirmed, nor without a fresh proof', async () => {
    const fixture = await makeFixture()
    const request = () => ({ ...atGoogle, ...asEve(fixture), body: newFlow() })
    expect((await fixture.api(link, request())).body.code).toBe('email_not_verified')
    await verified(fixture)
    fixture.services.clock.advance(fixture.services.lifetimes.freshSeconds + 1)
    expect((await fixture.api(link, request())).body.code).toBe('reauthentication_required')
    expect(fixture.services.tables.linkTickets.size).toBe(0)
  })
})

describe('a re-authentication', () => {
  it('does not begin with GitHub, which never tells when somebody has logged in', async () => {
    const fixture = await makeFixture()
    const params = { provider: 'github' }
    const given = { ...asEve(fixture), body: newFlow() }
    expect(await fixture.api(reauthenticate, { ...given, params })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
    expect(fixture.services.tables.linkTickets.size).toBe(0)
  })

  it('needs no fresh proof, and asks the provider for a new login', async () => {
    const fixture = await makeFixture()
    fixture.services.clock.advance(fixture.services.lifetimes.freshSeconds + 1)
    const { body } = await fixture.api(reauthenticate, { ...atGoogle, ...asEve(fixture), body: newFlow() })
    const ticket = new URL(body.url).searchParams.get('ticket') ?? ''
    const { headers } = await fixture.api(start, { ...atGoogle, query: { ticket } })
    expect(new URL(headers.location ?? '').searchParams.get('max_age')).toBe('0')
  })
})

describe('a ticket', () => {
  it('has 256 bits of its own at each request', async () => {
    const fixture = await makeFixture()
    const tickets: string[] = []
    for (const route of routes) tickets.push((await asked(route, fixture)).ticket)
    expect(new Set(tickets).size).toBe(2)
    for (const ticket of tickets) {
      expect(ticket).toMatch(/^[\w-]{43}$/)
      expect(fixture.services.tables.linkTickets.has(hashOfSecret(ticket))).toBe(true)
    }
  })
})
