import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { setRoles } from '../../lib/domain/administration.ts'
import { accountKey, emailReservationKey } from '../../lib/storage/item-keys.ts'
import { testClock } from '../../tools/testing/clock.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, administrator, bearer, eve, logIn, mailTo } from '../../tools/testing/test-users.ts'

const DAY = 86_400

/** Ada has signed up where emails must be verified, and has her email. The stores read the same clock. */
async function withAda() {
  const clock = testClock()
  const engine = await engineStores(clock)
  const services = testServices({ stores: engine, clock, policy: { requireVerifiedEmail: true } })
  const api = gateway(services)
  const relaxed = { ...services, policy: { ...services.policy, requireVerifiedEmail: false } }
  const signUp = (person = ada) => api('POST /auth/signup', { body: person })
  await signUp()
  await delivered(services)
  const account = await services.users.findByEmail(ada.email)
  if (!account) throw new Error('There is no account')
  const { id } = account
  /** The items as they are in the table, also when a reader would hide them. */
  const items = async () => {
    const read = async (Key: Record<string, string>) => {
      const command = new GetCommand({ TableName: engine.tables.usersTable, Key, ConsistentRead: true })
      return (await engine.client.send(command)).Item
    }
    return [await read(accountKey(id)), await read(emailReservationKey(ada.email))]
  }
  const verify = (token: string) => api('POST /auth/email/verify', { body: { token } })
  return { clock, engine, services, relaxed, api, signUp, id, items, verify }
}
type Started = Awaited<ReturnType<typeof withAda>>

const hasExpiry = { keptUntil: 1_800_000_000 + 14 * DAY }
const expectNoExpiry = (items: unknown[]) => {
  for (const item of items) {
    expect(item).toBeDefined()
    expect(item).not.toHaveProperty('keptUntil')
  }
}

describe('an unverified account', () => {
  it('expires by TTL after 14 days with its email reservation, and each item is below 1 KB', async () => {
    const { items } = await withAda()
    const both = await items()
    expect(both).toMatchObject([hasExpiry, hasExpiry])
    for (const item of both) expect(JSON.stringify(item).length).toBeLessThan(1024)
  })

  it('is gone for every reader after 14 days, though TTL is late: no link, no login, no list', async () => {
    const { clock, services, relaxed, api, id, items, verify } = await withAda()
    clock.advance(14 * DAY - 1)
    await api('POST /auth/email/resend', { body: { email: ada.email } })
    await delivered(services)
    const { token } = mailTo(services, ada.email, 'verify_email')
    const admin = await administrator(gateway(relaxed), services, eve)
    const listed = async () => (await api('GET /users', { headers: bearer(admin.login) })).body.users.length
    expect(await listed()).toBe(2)
    expect(await logIn(api)).toMatchObject({ status: 403 })

    clock.advance(1)
    expect(await items()).toMatchObject([hasExpiry, hasExpiry])
    expect(await services.users.findById(id)).toBeUndefined()
    expect(await services.users.findByEmail(ada.email)).toBeUndefined()
    expect(await listed()).toBe(1)
    expect(await verify(token)).toMatchObject({ status: 400, body: { code: 'invalid_link' } })
    expect(await logIn(api)).toMatchObject({ status: 401 })
    const params = { userId: id }
    expect(await api('GET /users/{userId}', { headers: bearer(admin.login), params })).toMatchObject({
      status: 404,
    })
    await delivered(services)
    for (const route of ['POST /auth/password/forgot', 'POST /auth/email/resend', 'POST /auth/email-login'])
      await api(route, { body: { email: ada.email } })
    expect(await delivered(services)).toEqual([])
  })

  it('leaves its email to the next sign-up after 14 days, which creates a new account', async () => {
    const { clock, services, api, signUp, id, verify } = await withAda()
    clock.advance(14 * DAY)
    const answers = await Promise.all(Array.from({ length: 10 }, () => signUp()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const sent = await delivered(services)
    expect(new Set(sent.map(({ template }) => template.kind))).toEqual(new Set(['verify_email']))
    expect(await verify(mailTo(services, ada.email, 'verify_email').token)).toMatchObject({ status: 204 })
    const found = await services.users.findByEmail(ada.email)
    expect(found?.id).not.toBe(id)
    expect(await logIn(api)).toMatchObject({ status: 200, body: { user: { id: found?.id } } })
  })

  it('is skipped by the list after 14 days, and a page without users still leads to the next', async () => {
    const { clock, services, relaxed, api, signUp } = await withAda()
    await signUp({ ...ada, email: 'second@example.com' })
    clock.advance(14 * DAY)
    const admin = await administrator(gateway(relaxed), services, eve)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const query = { limit: '1', order: 'asc', ...(cursor && { cursor }) }
      const { body } = await api('GET /users', { headers: bearer(admin.login), query })
      seen.push(...body.users.map(({ email }: { email: string }) => email))
      cursor = body.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual([eve.email])
  })
})

describe('an account does not expire', () => {
  const ways: Record<string, (fixture: Started) => Promise<unknown>> = {
    'once its email is verified': (fixture) =>
      fixture.verify(mailTo(fixture.services, ada.email, 'verify_email').token),
    'once a reset has verified the email': async ({ api, services }) => {
      await api('POST /auth/password/forgot', { body: { email: ada.email } })
      await delivered(services)
      const { token } = mailTo(services, ada.email, 'reset_password')
      await api('POST /auth/password/reset', { body: { token, newPassword: 'a new and longer password' } })
    },
    'once a login by email has verified the email': async ({ api, services }) => {
      await api('POST /auth/email-login', { body: { email: ada.email } })
      await delivered(services)
      const { token } = mailTo(services, ada.email, 'email_login')
      await api('POST /auth/email-login/redeem', { body: { token } })
    },
    'once it has a role that an operator gave': ({ services, id }) =>
      setRoles({ ...services, events: { record: () => undefined } }, id, () => ['user', 'admin']),
    'once it has logged in where emails need no verification any more': ({ relaxed }) =>
      logIn(gateway(relaxed)),
  }
  it.each(Object.keys(ways))('%s, nor does its email reservation', async (way) => {
    const fixture = await withAda()
    await ways[way]?.(fixture)
    expectNoExpiry(await fixture.items())
    fixture.clock.advance(15 * DAY)
    expect(await fixture.services.users.findByEmail(ada.email)).toMatchObject({ id: fixture.id })
    await fixture.signUp({ ...ada, password: 'what somebody else has chosen' })
    expect((await fixture.services.users.findByEmail(ada.email))?.id).toBe(fixture.id)
  })

  it('where emails need no verification', async () => {
    const { relaxed, services, clock } = await withAda()
    await gateway(relaxed)('POST /auth/signup', { body: eve })
    expect(await services.users.findByEmail(eve.email)).not.toHaveProperty('keptUntil')
    clock.advance(400 * DAY)
    expect(await logIn(gateway(relaxed), 'body', eve)).toMatchObject({ status: 200 })
  })

  it('nor do its sessions: tokens of the sign-up outlive the 14 days', async () => {
    const { relaxed, clock } = await withAda()
    const api = gateway(relaxed)
    const { refreshToken } = (await logIn(api)).body
    clock.advance(13 * DAY)
    const next = await api('POST /auth/refresh', { body: { refreshToken } })
    clock.advance(2 * DAY)
    const last = await api('POST /auth/refresh', { body: { refreshToken: next.body.refreshToken } })
    expect(await api('GET /users/me', { headers: bearer(last) })).toMatchObject({ status: 200 })
  })

  it('once an older version of Cardea has verified it: a login removes the expiry', async () => {
    const { api, services, clock, id, items, engine } = await withAda()
    const command = new UpdateCommand({
      TableName: engine.tables.usersTable,
      Key: accountKey(id),
      UpdateExpression: 'SET emailVerified = :true',
      ExpressionAttributeValues: { ':true': true },
    })
    await engine.client.send(command)
    clock.advance(14 * DAY)
    expect(await services.users.findById(id)).toMatchObject({ id, ...hasExpiry })
    expect(await logIn(api)).toMatchObject({ status: 200 })
    expectNoExpiry(await items())
  })

  it('but a login is 503 if the expiry could not be removed', async () => {
    const { relaxed } = await withAda()
    const users = { ...relaxed.users, endExpiry: async () => false }
    expect(await logIn(gateway({ ...relaxed, users }))).toMatchObject({ status: 503 })
    expect(await relaxed.sessions.list((await relaxed.users.findByEmail(ada.email))?.id ?? '', 0)).toEqual([])
  })
})

describe('the expiry of an account and its verification at once', () => {
  it('leave one account, whichever comes first', async () => {
    for (let round = 0; round < 5; round++) {
      const { clock, services, signUp, id, verify } = await withAda()
      clock.advance(14 * DAY - 60)
      await gateway(services)('POST /auth/email/resend', { body: { email: ada.email } })
      await delivered(services)
      const { token } = mailTo(services, ada.email, 'verify_email')
      // One of them reads the clock just before the expiry, the other just after.
      const late = { ...services, clock: { ...clock, now: () => clock.now() + 60 } }
      const [verified] = await Promise.all([verify(token), gateway(late)('POST /auth/signup', { body: ada })])
      const found = await services.users.findByEmail(ada.email)
      expect(found?.id === id).toBe(verified.status === 204)
      expect(await signUp()).toMatchObject({ status: 202 })
    }
  })
})
