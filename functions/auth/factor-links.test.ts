import { enrolTotp } from '../../tools/testing/enrolments.ts'
import { asEve, authSessionOf, type Fixture, makeFixture, verified } from '../../tools/testing/fixtures.ts'
import type { TestAnswer } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { bearer, eve, logIn, mailTo } from '../../tools/testing/test-users.ts'

const thiefs = { email: 'thief@example.com' }
const chosen = 'a lantern drifts past the harbour'
const body = { transport: 'body' }

/** Somebody else knows Eve's password, and has a fresh session. */
async function thief() {
  const fixture = await makeFixture()
  await verified(fixture)
  return fixture
}
/** The thief's authenticator app. The fixture's login is the thief's from then on. */
async function hostileFactor(fixture: Fixture) {
  const made = await enrolTotp(fixture.api, fixture.services, fixture.login)
  Object.assign(fixture.login, made.login)
  await delivered(fixture.services)
  return made
}
const post = ({ api }: Fixture, path: string, sent: object) => api(`POST ${path}`, { body: sent })
const undo = (fixture: Fixture, token: string) => post(fixture, '/auth/second-factor/undo', { token })
/** Eve sets a password with the last link that her mailbox got, and logs in with it. */
async function recovered(fixture: Fixture): Promise<TestAnswer> {
  const { services, api } = fixture
  const [mail] = (await delivered(services)).filter(({ to }) => to === eve.email).slice(-1)
  if (!mail || !('token' in mail.template)) throw new Error('Eve was mailed no link')
  const { token } = mail.template
  const set = await post(fixture, '/auth/password/reset', { token, newPassword: chosen })
  expect(set.status).toBe(204)
  return logIn(api, 'body', { ...eve, password: chosen })
}
/** The thief's tokens open and continue nothing. */
async function expectOut(fixture: Fixture) {
  const { api, login } = fixture
  expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
  const { refreshToken } = login.body
  expect(await post(fixture, '/auth/refresh', { refreshToken })).toMatchObject({ status: 401 })
  expect(await logIn(api, 'body', eve)).toMatchObject({ status: 401 })
}

describe('a factor that a thief adds with the password', () => {
  it.each([
    ['the factor first', true],
    ['the email first', false],
  ])('is undone, and so is another email: %s', async (_, factorFirst) => {
    const fixture = await thief()
    await hostileFactor(fixture)
    const { api, services } = fixture
    await api('PUT /users/me/email', { ...asEve(fixture), body: { newEmail: thiefs.email } })
    await delivered(services)
    const ofFactor = mailTo(services, eve.email, 'first_factor_added').token
    const ofEmail = mailTo(services, eve.email, 'email_change_requested').token
    await post(fixture, '/auth/email/verify', {
      token: mailTo(services, thiefs.email, 'verify_new_email').token,
    })
    await delivered(services)
    const links = [() => undo(fixture, ofFactor), () => post(fixture, '/auth/email/undo', { token: ofEmail })]
    for (const use of factorFirst ? links : links.reverse())
      expect(await use()).toMatchObject({ status: 204 })
    await expectOut(fixture)
    if (!factorFirst) await post(fixture, '/auth/password/forgot', { email: eve.email })
    expect(await recovered(fixture)).toMatchObject({ status: 200 })
  })

  it('after another email is undone by the link to the former address, and by undoing the email', async () => {
    for (const by of ['factor', 'email'] as const) {
      const fixture = await thief()
      const { api, services } = fixture
      await api('PUT /users/me/email', { ...asEve(fixture), body: { newEmail: thiefs.email } })
      await delivered(services)
      const { token } = mailTo(services, eve.email, 'email_change_requested')
      await post(fixture, '/auth/email/verify', {
        token: mailTo(services, thiefs.email, 'verify_new_email').token,
      })
      await delivered(services)
      Object.assign(fixture.login, await logIn(api, 'body', { ...eve, email: thiefs.email }))
      await hostileFactor(fixture)
      if (by === 'factor') {
        const link = mailTo(services, eve.email, 'first_factor_added').token
        expect(await undo(fixture, link)).toMatchObject({ status: 204 })
      }
      expect(await post(fixture, '/auth/email/undo', { token })).toMatchObject({ status: 204 })
      await expectOut(fixture)
      expect([by, (await recovered(fixture)).status]).toEqual([by, 200])
    }
  })
})

describe('a factor of a verified account', () => {
  it('stays after a reset of the password and a change of email, which forget no failed code', async () => {
    const fixture = await thief()
    const { code } = await hostileFactor(fixture)
    const { services } = fixture
    const authSession = await authSessionOf(fixture)
    await post(fixture, '/auth/second-factor', { authSession, totp: '000000' })
    const failures = () => [...services.tables.totps.values()].map((each) => each.failures)
    expect(failures()).toEqual([1])
    await post(fixture, '/auth/password/forgot', { email: eve.email })
    const login = await recovered(fixture)
    expect(login).toMatchObject({ status: 403, body: { code: 'second_factor_required' } })
    expect(failures()).toEqual([1])
    const second = { authSession: login.body.authSession, totp: code(), ...body }
    Object.assign(fixture.login, await post(fixture, '/auth/second-factor', second))
    await fixture.api('PUT /users/me/email', { ...asEve(fixture), body: { newEmail: 'evie@example.com' } })
    await delivered(services)
    const { token } = mailTo(services, 'evie@example.com', 'verify_new_email')
    expect(await post(fixture, '/auth/email/verify', { token })).toMatchObject({ status: 204 })
    const moved = { email: 'evie@example.com', password: chosen, name: eve.name }
    expect(await logIn(fixture.api, 'body', moved)).toMatchObject({ status: 403 })
  })

  it('is proven by no mailed token: not as an auth session, and none adds another factor', async () => {
    const fixture = await thief()
    const { recoveryCodes } = await hostileFactor(fixture)
    const { services } = fixture
    await post(fixture, '/auth/email-login', { email: eve.email })
    await post(fixture, '/auth/password/forgot', { email: eve.email })
    await delivered(services)
    const tokens = [
      mailTo(services, eve.email, 'email_login').token,
      mailTo(services, eve.email, 'reset_password').token,
      mailTo(services, eve.email, 'first_factor_added').token,
    ]
    const invalid = { status: 400, body: { code: 'invalid_auth_session' } }
    for (const authSession of tokens) {
      const [recoveryCode] = recoveryCodes
      expect(await post(fixture, '/auth/second-factor', { authSession, recoveryCode })).toMatchObject(invalid)
      expect(await post(fixture, '/auth/second-factor/totp', { authSession })).toMatchObject(invalid)
    }
    const mailed = await post(fixture, '/auth/email-login/redeem', { token: tokens[0] })
    expect(mailed).toMatchObject({ status: 403, body: { code: 'second_factor_required' }, cookies: [] })
  })
})
