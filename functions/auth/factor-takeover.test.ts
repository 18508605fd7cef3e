import { authenticator } from '../../tools/testing/authenticator.ts'
import { enrolTotp } from '../../tools/testing/enrolments.ts'
import {
  asEve,
  authSessionOf,
  enrolled,
  type Fixture,
  mailAfter,
  makeFixture,
  toEve,
  verified,
  withPasskey,
} from '../../tools/testing/fixtures.ts'
import { gateway, type TestAnswer } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { bearer, eve, logIn, mailTo } from '../../tools/testing/test-users.ts'

const next = 'a lantern drifts past the harbour'
const isRefused = { status: 400, body: { code: 'invalid_link' } }
const undo = ({ api }: Fixture, token: string) => api('POST /auth/second-factor/undo', { body: { token } })
const account = ({ services, userId }: Fixture) => {
  const found = services.tables.accounts.get(userId)
  if (!found) throw new Error('There is no account')
  return found
}
const noFactors = { totp: false, passkeys: 0 }

/** A thief who knows Eve's password adds an authenticator app. Returns the token of the mail that Eve gets. */
async function hostileEnrolment(change: Parameters<typeof makeFixture>[0] = {}) {
  const fixture = await makeFixture(change)
  await verified(fixture)
  const thief = await enrolTotp(fixture.api, fixture.services, fixture.login)
  Object.assign(fixture.login, thief.login)
  await delivered(fixture.services)
  return { fixture, thief, token: mailTo(fixture.services, eve.email, 'first_factor_added').token }
}

/** Eve, whom the thief has locked out, gets her account back by the mails alone. */
async function recovers(fixture: Fixture, token: string): Promise<void> {
  expect(await undo(fixture, token)).toMatchObject({ status: 204 })
  expect(account(fixture)).toMatchObject({ factors: noFactors, passwordHash: '' })
  await delivered(fixture.services)
  const reset = mailTo(fixture.services, eve.email, 'factor_undone').token
  const body = { token: reset, newPassword: next }
  expect(await fixture.api('POST /auth/password/reset', { body })).toMatchObject({ status: 204 })
  expect(await logIn(fixture.api, 'body', eve)).toMatchObject({ status: 401 })
  expect(await logIn(fixture.api, 'body', { ...eve, password: next })).toMatchObject({ status: 200 })
}

describe('rule 1: a factor needs a verified email, and the first proof of an email removes all factors', () => {
  /** A stranger signs up with Eve's email and adds factors while no mail is configured, so nobody proves the email. */
  async function preHijacked() {
    const made = await makeFixture({ policy: { sendsMail: false } })
    const thief = await enrolTotp(made.api, made.services, made.login)
    const headers = bearer(thief.login)
    const { body: options } = await made.api('POST /users/me/passkeys/options', { headers })
    const body = { passkey: authenticator().create(options), transport: 'body' }
    const added = await made.api('POST /users/me/passkeys', { headers, body })
    Object.assign(made.login, added)
    const api = gateway({ ...made.services, policy: { ...made.services.policy, sendsMail: true } })
    expect(account(made)).toMatchObject({ emailVerified: false, factors: { totp: true, passkeys: 1 } })
    return { ...made, api }
  }
  const mailed = (fixture: Fixture, route: string) => mailAfter(fixture, route, toEve)

  const firstProofs: Record<string, (fixture: Fixture) => Promise<TestAnswer>> = {
    'a reset': async (fixture) => {
      const { token } = await mailed(fixture, 'POST /auth/password/forgot')
      return fixture.api('POST /auth/password/reset', { body: { token, newPassword: next } })
    },
    'the link that verifies the email': async (fixture) => {
      const { token } = await mailed(fixture, 'POST /auth/email/resend')
      return fixture.api('POST /auth/email/verify', { body: { token } })
    },
    'the link of an email login, which opens a session': async (fixture) => {
      const { token } = await mailed(fixture, 'POST /auth/email-login')
      return fixture.api('POST /auth/email-login/redeem', { body: { token } })
    },
    'the digits of an email login, which open a session': async (fixture) => {
      const { answer, code } = await mailed(fixture, 'POST /auth/email-login')
      const body = { email: eve.email, challenge: answer.body.challenge, code }
      return fixture.api('POST /auth/email-login/code', { body })
    },
    'a link to another email, to which the stranger moved the account': async (fixture) => {
      const body = { newEmail: 'evie@example.com' }
      const { token } = await mailAfter(fixture, 'PUT /users/me/email', { ...asEve(fixture), body })
      return fixture.api('POST /auth/email/verify', { body: { token } })
    },
  }
  it.each(Object.keys(firstProofs))('by %s', async (name) => {
    const fixture = await preHijacked()
    const { status } = (await firstProofs[name]?.(fixture)) ?? {}
    expect([200, 204]).toContain(status)
    expect(account(fixture)).toMatchObject({ emailVerified: true, factors: noFactors })
    const { totps, recoveryCodes, passkeys } = fixture.services.tables
    expect([totps.size, recoveryCodes.size, passkeys.size]).toEqual([0, 0, 0])
    // The stranger's session ends, and the owner is told which factors are gone.
    const { refreshToken } = fixture.login.body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    const told = (await delivered(fixture.services)).map(({ to, template }) => [to, template])
    for (const factor of ['totp', 'passkey'])
      expect(told).toContainEqual([
        account(fixture).email,
        { kind: 'factor_removed', at: expect.any(Number), factor },
      ])
  })

  it('and the owner needs no factor after a reset', async () => {
    const fixture = await preHijacked()
    await firstProofs['a reset']?.(fixture)
    expect(await logIn(fixture.api, 'body', { ...eve, password: next })).toMatchObject({ status: 200 })
  })

  it('but a later link that verifies the email, or a second click, removes none', async () => {
    const fixture = await preHijacked()
    const { token } = await mailed(fixture, 'POST /auth/email/resend')
    const verify = () => fixture.api('POST /auth/email/verify', { body: { token } })
    expect(await verify()).toMatchObject({ status: 204 })
    const login = await logIn(fixture.api, 'body', eve)
    await enrolTotp(fixture.api, fixture.services, login)
    expect(await verify()).toMatchObject({ status: 204 })
    expect(account(fixture).factors.totp).toBe(true)
  })
})

describe('rule 2: the owner of the verified mailbox can undo a hostile enrolment', () => {
  it('and has the account back by the mails alone', async () => {
    const { fixture, token, thief } = await hostileEnrolment()
    await recovers(fixture, token)
    const { refreshToken } = thief.login.body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
  })

  it('although the thief removes the factor and adds it again, changes the password and adds a passkey', async () => {
    const { fixture, token } = await hostileEnrolment()
    fixture.services.clock.advance(60)
    const own = { ...asEve(fixture), body: { transport: 'body' } }
    Object.assign(fixture.login, await fixture.api('DELETE /users/me/totp', own))
    await enrolled(fixture)
    await withPasskey(fixture)
    const body = {
      currentPassword: eve.password,
      newPassword: 'the thief chooses this one',
      transport: 'body',
    }
    expect(await fixture.api('PUT /users/me/password', { ...asEve(fixture), body })).toMatchObject({
      status: 200,
    })
    await delivered(fixture.services)
    await recovers(fixture, token)
    expect(fixture.services.tables.passkeys.size).toBe(0)
  })

  it('although the thief resets the password, as a reset keeps the factors', async () => {
    const { fixture, token } = await hostileEnrolment()
    const reset = await mailAfter(fixture, 'POST /auth/password/forgot', { body: { email: eve.email } })
    const body = { token: reset.token, newPassword: 'the thief chooses this one' }
    await fixture.api('POST /auth/password/reset', { body })
    expect(account(fixture).factors.totp).toBe(true)
    await delivered(fixture.services)
    await recovers(fixture, token)
  })

  it('also from the former address, if the thief first changed the email', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    const { api, services } = fixture
    await api('PUT /users/me/email', { ...asEve(fixture), body: { newEmail: 'thief@example.com' } })
    await delivered(services)
    const { token } = mailTo(services, 'thief@example.com', 'verify_new_email')
    await api('POST /auth/email/verify', { body: { token } })
    Object.assign(fixture.login, await logIn(api, 'body', { ...eve, email: 'thief@example.com' }))
    await enrolTotp(api, services, fixture.login)
    await delivered(services)
    const { token: undoing } = mailTo(services, eve.email, 'first_factor_added')
    expect(await undo(fixture, undoing)).toMatchObject({ status: 204 })
    expect(account(fixture)).toMatchObject({ factors: noFactors, passwordHash: '' })
  })

  it('for 7 days, once, also with fifty requests at once', async () => {
    const late = await hostileEnrolment()
    late.fixture.services.clock.advance(7 * 86_400)
    expect(await undo(late.fixture, late.token)).toMatchObject(isRefused)

    const { fixture, token } = await hostileEnrolment()
    const answers = await Promise.all(Array.from({ length: 50 }, () => undo(fixture, token)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(49).fill(400)])
  })

  it('and a later factor gets no link of its own: that of the first covers it', async () => {
    const { fixture, token } = await hostileEnrolment()
    fixture.services.clock.advance(300)
    await withPasskey(fixture)
    const kinds = (await delivered(fixture.services)).map(({ template }) => template.kind)
    expect(kinds).not.toContain('first_factor_added')
    expect(await undo(fixture, token)).toMatchObject({ status: 204 })
    expect(account(fixture).factors).toEqual(noFactors)
  })

  it('and undoing a change of email removes the factors that were added since its request', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    await withPasskey(fixture)
    const { api, services } = fixture
    services.clock.advance(60)
    await api('PUT /users/me/email', { ...asEve(fixture), body: { newEmail: 'thief@example.com' } })
    await delivered(services)
    const { token: undoing } = mailTo(services, eve.email, 'email_change_requested')
    services.clock.advance(60)
    await enrolTotp(api, services, fixture.login)
    expect(account(fixture).factors).toEqual({ totp: true, passkeys: 1 })
    expect(await api('POST /auth/email/undo', { body: { token: undoing } })).toMatchObject({ status: 204 })
    expect(account(fixture).factors).toEqual({ totp: false, passkeys: 1 })
    expect(services.tables.totps.size).toBe(0)
  })
})

describe('rule 3: a reset of the password and a change of email keep the factors', () => {
  it('so a thief who reads the mail gets no session without the factor', async () => {
    const fixture = await makeFixture()
    const { code } = await enrolled(fixture)
    const { token } = await mailAfter(fixture, 'POST /auth/password/forgot', { body: { email: eve.email } })
    await fixture.api('POST /auth/password/reset', { body: { token, newPassword: next } })
    const login = await logIn(fixture.api, 'body', { ...eve, password: next })
    expect(login).toMatchObject({ status: 403, body: { code: 'second_factor_required' } })
    await delivered(fixture.services)
    const byMail = await mailAfter(fixture, 'POST /auth/email-login', { body: { email: eve.email } })
    const redeemed = await fixture.api('POST /auth/email-login/redeem', { body: { token: byMail.token } })
    expect(redeemed).toMatchObject({ status: 403, body: { code: 'second_factor_required' }, cookies: [] })
    const proven = await fixture.api('POST /auth/second-factor', {
      body: { authSession: redeemed.body.authSession, totp: code(), transport: 'body' },
    })
    expect(proven).toMatchObject({ status: 200 })
    expect(await fixture.api('GET /users/me', { headers: bearer(proven) })).toMatchObject({ status: 200 })
  })

  it('and a step that was used stays used', async () => {
    const fixture = await makeFixture()
    const { code } = await enrolled(fixture)
    const totp = code()
    const prove = async (authSession: string) =>
      fixture.api('POST /auth/second-factor', { body: { authSession, totp } })
    expect(await prove(await authSessionOf(fixture))).toMatchObject({ status: 200 })
    const { token } = await mailAfter(fixture, 'POST /auth/password/forgot', { body: { email: eve.email } })
    await fixture.api('POST /auth/password/reset', { body: { token, newPassword: next } })
    const { authSession } = (await logIn(fixture.api, 'body', { ...eve, password: next })).body
    expect(await prove(authSession)).toMatchObject({ status: 400, body: { code: 'invalid_code' } })
  })
})
