import { limits } from '../../lib/domain/limits.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import {
  type Fixture,
  makeFixture,
  passwords,
  toEve,
  validRequest,
  verified,
} from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { unavailable } from '../../tools/testing/outages.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { limited } from '../../tools/testing/test-services.ts'
import { bearer, eve, logIn, mailTo } from '../../tools/testing/test-users.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const kindsTo = async (fixture: Fixture, to = eve.email) =>
  (await delivered(fixture.services)).filter((mail) => mail.to === to).map(({ template }) => template.kind)

/** Everything that a stranger who knows an address can request, each time from another IP address. */
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
/** A fixture under the default limits. Eve's sign-up mails are sent. */
const underLimits = async (emailVerified = true) => {
  const fixture = await makeFixture({ limits })
  if (emailVerified) await verified(fixture)
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
    'gets at most 65 mails in 24 hours whatever strangers request: 20 per day and one reset per hour (email verified: %s)',
    async (emailVerified) => {
      const fixture = await underLimits(emailVerified)
      const { clock } = fixture.services
      const end = clock.now() + DAY
      const kinds: string[] = []
      while (clock.now() < end) {
        for (let time = 0; time < 3; time++) await askForAll(fixture)
        kinds.push(...(await kindsTo(fixture)))
        clock.advance(15 * 60)
      }
      // 24 hours touch at most two windows of a day and 25 of an hour.
      expect(kinds.length).toBeGreaterThan(20)
      expect(kinds.length).toBeLessThanOrEqual(2 * 20 + 25)
    },
  )

  it('over the limit gets no mail and no code, and the former link stays valid', async () => {
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

  it('gets a reset within an hour, whatever strangers request', async () => {
    const fixture = await underLimits()
    const { services, api } = fixture
    await spent(fixture)
    for (let hours = 0; hours < 30; hours++) {
      await askForAll(fixture)
      // The owner asks at the end of the hour. The link goes to the owner, also if a stranger asked first.
      services.clock.advance(HOUR)
      await api(reset, { ...toEve, ip: `198.51.100.${hours}` })
      expect([hours, await kindsTo(fixture)]).toEqual([hours, expect.arrayContaining(['reset_password'])])
    }
  })

  it('can sign up though strangers used up the mails of the day: one verification mail an hour is sent', async () => {
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
    services.waitingJobs.push(...Array.from({ length: 25 }, () => job))
    expect(await kindsTo(fixture, email)).toHaveLength(20)

    const api = gateway({ ...services, policy: { ...services.policy, requireVerifiedEmail: true } })
    const mary = { ...eve, email }
    await api('POST /auth/signup', { body: mary })
    expect(await kindsTo(fixture, email)).toEqual(['verify_email'])
    // All mails that lead into the account share the one mail of the hour.
    for (const route of ['POST /auth/email/resend', reset]) await api(route, { body: { email } })
    expect(await kindsTo(fixture, email)).toEqual([])
    services.clock.advance(HOUR)
    await api('POST /auth/email/resend', { body: { email } })
    expect(await kindsTo(fixture, email)).toEqual(['verify_email'])
    const { token } = mailTo(services, email, 'verify_email')
    expect(await api('POST /auth/email/verify', { body: { token } })).toMatchObject({ status: 204 })
    expect(await logIn(api, 'body', mary)).toMatchObject({ status: 200 })
  })

  it('gets notifications, resets by administrators and mails about an undo beyond the limit', async () => {
    const fixture = await underLimits()
    const { api } = fixture
    const undo = await validRequest('POST /auth/email/undo', fixture)
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

  it('gets 16 to 20 mails of 50 that are requested at once', async () => {
    const fixture = await underLimits()
    const job = { type: 'email_login_requested', email: eve.email, challengeHash: 'x' } as const
    const one = async () => {
      const services = { ...fixture.services, waitingJobs: [job] }
      await delivered(services)
    }
    const before = fixture.services.mailbox.length
    await Promise.all(Array.from({ length: 50 }, one))
    // The mails of the fixture count too.
    expect(fixture.services.mailbox.length - before).toBeLessThanOrEqual(20)
    expect(fixture.services.mailbox.length - before).toBeGreaterThan(15)
  })

  it('is not charged for an outage: a mail that SES did not accept is retried as the same mail', async () => {
    const fixture = await underLimits()
    const { services } = fixture
    const send = unavailable
    for (let time = 0; time < 30; time++) {
      services.waitingJobs.push({ type: 'email_login_requested', email: eve.email, challengeHash: 'x' })
      await capturedLog(() => delivered({ ...services, mailer: { send } }).catch(() => undefined))
    }
    await fixture.api('POST /auth/email-login', toEve)
    expect(await kindsTo(fixture)).toEqual(['email_login'])
  })
})
