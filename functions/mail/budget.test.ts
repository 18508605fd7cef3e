import { limits } from '../../lib/domain/limits.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import {
  type Fixture,
  makeFixture,
  passwords,
  toEve,
  validRequests,
  verified,
} from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered, limited, unavailable } from '../../tools/testing/test-services.ts'
import { bearer, eve, logIn, mailTo } from '../../tools/testing/test-users.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const kindsTo = async (fixture: Fixture, to = eve.email) =>
  (await delivered(fixture.services)).filter((mail) => mail.to === to).map(({ template }) => template.kind)

/** Everything that a stranger who knows an address can ask for, from ever new IP addresses. */
let asked = 0
async function askForAll({ services }: Fixture, api = gateway(services)) {
  const ip = () => `203.0.${Math.floor(++asked / 250) % 250}.${asked % 250}`
  const strict = gateway({ ...services, policy: { ...services.policy, requireVerifiedEmail: true } })
  return Promise.all([
    api('POST /auth/password/forgot', { ...toEve, ip: ip() }),
    api('POST /auth/email/resend', { ...toEve, ip: ip() }),
    api('POST /auth/email-login', { ...toEve, ip: ip() }),
    strict('POST /auth/signup', { body: { ...eve, password: 'quite another lantern drifts' }, ip: ip() }),
  ])
}
/** A scene under the limits that a deployment has, Eve's mails of signing up behind her. */
const underLimits = async (confirmed = true) => {
  const fixture = await makeFixture({ limits })
  if (confirmed) await verified(fixture)
  await delivered(fixture.services)
  return fixture
}
const spent = async (fixture: Fixture) => {
  for (let time = 0; time < 10; time++) {
    await askForAll(fixture)
    await delivered(fixture.services)
    fixture.services.clock.advance(15 * 60)
  }
  await delivered(fixture.services)
}
const reset = 'POST /auth/password/forgot'

describe('a recipient', () => {
  it.each([true, false])(
    'is sent 20 mails a day whatever strangers ask for, and then one reset an hour (confirmed: %s)',
    async (confirmed) => {
      const fixture = await underLimits(confirmed)
      const { clock } = fixture.services
      const end = clock.now() + DAY
      const kinds: string[] = []
      while (clock.now() < end) {
        for (let time = 0; time < 3; time++) await askForAll(fixture)
        kinds.push(...(await kindsTo(fixture)))
        clock.advance(15 * 60)
      }
      // Two windows of a day and 25 of an hour at most lie in 24 hours.
      expect(kinds.length).toBeGreaterThan(20)
      expect(kinds.length).toBeLessThanOrEqual(2 * 20 + 25)
    },
  )

  it('who is over it is sent nothing, no code is made, and the link of before stays good', async () => {
    const fixture = await underLimits()
    const { services, api } = fixture
    const { rateLimiter } = limited(services, {
      mailsPerRecipient: { most: 1, seconds: DAY },
      resetsPerRecipient: { most: 1, seconds: HOUR },
    })
    Object.assign(services, { rateLimiter })
    const answers = await askForAll(fixture)
    const first = (await delivered(services)).map(({ template }) => template.kind)
    expect(first).toEqual(['reset_password'])
    const again = await askForAll(fixture)
    const codes = JSON.stringify([...services.tables.codes])
    const { entries } = await capturedLog(() => delivered(services))
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'mail.withheld', template: 'reset_password', userId: fixture.userId }),
    )
    expect(JSON.stringify([...services.tables.codes])).toBe(codes)
    const plain = (all: typeof answers) => all.map(({ status, headers }) => ({ status, headers }))
    expect(plain(again)).toEqual(plain(answers))
    const { token } = mailTo(services, eve.email, 'reset_password')
    const body = { token, newPassword: passwords.newPassword }
    expect(await api('POST /auth/password/reset', { body })).toMatchObject({ status: 204 })
  })

  it('is never kept from a reset for longer than an hour, however much strangers ask for', async () => {
    const fixture = await underLimits()
    const { services, api } = fixture
    await spent(fixture)
    for (let hours = 0; hours < 30; hours++) {
      await askForAll(fixture)
      // Whoever asked, the link goes to the owner, who asks at the end of the hour.
      services.clock.advance(HOUR)
      await api(reset, { ...toEve, ip: `198.51.100.${hours}` })
      expect([hours, await kindsTo(fixture)]).toEqual([hours, expect.arrayContaining(['reset_password'])])
    }
  })

  it('can sign up though strangers have used up the mails of the day: one link an hour confirms it', async () => {
    const fixture = await underLimits()
    const { services, userId } = fixture
    const email = 'mary@example.com'
    const eveNow = await services.users.findById(userId)
    const job = {
      type: 'email_change_requested',
      userId,
      newEmail: email,
      sessionVersion: eveNow?.sessionVersion ?? 0,
    } as const
    services.left.push(...Array.from({ length: 25 }, () => job))
    expect(await kindsTo(fixture, email)).toHaveLength(20)

    const api = gateway({ ...services, policy: { ...services.policy, requireVerifiedEmail: true } })
    const mary = { ...eve, email }
    await api('POST /auth/signup', { body: mary })
    expect(await kindsTo(fixture, email)).toEqual(['verify_email'])
    // It is the one hour's mail of all that lead into the account.
    for (const route of ['POST /auth/email/resend', reset]) await api(route, { body: { email } })
    expect(await kindsTo(fixture, email)).toEqual([])
    services.clock.advance(HOUR)
    await api('POST /auth/email/resend', { body: { email } })
    expect(await kindsTo(fixture, email)).toEqual(['verify_email'])
    const { token } = mailTo(services, email, 'verify_email')
    expect(await api('POST /auth/email/verify', { body: { token } })).toMatchObject({ status: 204 })
    expect(await logIn(api, 'body', mary)).toMatchObject({ status: 200 })
  })

  it('gets notifications, what an administrator sends and what an undone change needs beyond it', async () => {
    const fixture = await underLimits()
    const { api } = fixture
    const undo = await validRequests['POST /auth/email/undo']?.(fixture)
    await spent(fixture)
    expect(await kindsTo(fixture)).toEqual([])
    await api('POST /auth/login', { body: { email: eve.email, password: eve.password }, ip: '192.0.2.1' })
    expect(await kindsTo(fixture)).toEqual(['new_device'])
    const asAda = { headers: bearer(await logIn(api)), params: { userId: fixture.userId } }
    await api('POST /users/{userId}/password-reset', asAda)
    expect(await kindsTo(fixture)).toEqual(['reset_started'])
    await api('POST /auth/email/undo', undo)
    expect(await kindsTo(fixture)).toEqual(['email_kept'])
  })

  it('is sent what the budget has, of 50 asked for at once', async () => {
    const fixture = await underLimits()
    const job = { type: 'email_login_requested', email: eve.email, challengeHash: 'x' } as const
    const one = async () => {
      const services = { ...fixture.services, left: [job] }
      await delivered(services)
    }
    const before = fixture.services.mailbox.length
    await Promise.all(Array.from({ length: 50 }, one))
    // The mails of the scene count too.
    expect(fixture.services.mailbox.length - before).toBeLessThanOrEqual(20)
    expect(fixture.services.mailbox.length - before).toBeGreaterThan(15)
  })

  it('pays nothing for an outage of ours: a mail that SES did not take is tried again for the same one', async () => {
    const fixture = await underLimits()
    const { services } = fixture
    const send = unavailable
    for (let time = 0; time < 30; time++) {
      services.left.push({ type: 'email_login_requested', email: eve.email, challengeHash: 'x' })
      await capturedLog(() => delivered({ ...services, mailer: { send } }).catch(() => undefined))
    }
    await fixture.api('POST /auth/email-login', toEve)
    expect(await kindsTo(fixture)).toEqual(['email_login'])
  })
})
