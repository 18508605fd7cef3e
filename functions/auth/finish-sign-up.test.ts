import { authenticator } from '../../tools/testing/authenticator.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, logIn, mailTo } from '../../tools/testing/test-users.ts'

const password = 'a lantern drifts past the harbour'
const { email, name } = ada
const isRefused = { status: 400, body: { code: 'invalid_link' } }

async function signedUp(policy: Parameters<typeof testServices>[0] = {}) {
  const services = testServices(policy)
  const api = gateway(services)
  const signUp = (body: object = {}) => api('POST /auth/signup', { body: { email, name, ...body } })
  const answer = await signUp()
  await delivered(services)
  const finish = (token: string, newPassword = password) =>
    api('POST /auth/finish-sign-up', { body: { token, newPassword } })
  const mailed = () => mailTo(services, email, 'finish_sign_up').token
  const account = () => [...services.tables.accounts.values()].find((each) => each.email === email)
  return { services, api, signUp, answer, finish, mailed, account }
}

describe('a sign-up without a password', () => {
  it.each([true, false])(
    'answers 202 and mails a link, with REQUIRE_VERIFIED_EMAIL=%s',
    async (requireVerifiedEmail) => {
      const { answer, api, mailed, finish, account } = await signedUp({ policy: { requireVerifiedEmail } })
      expect([answer.status, answer.body]).toEqual([202, undefined])
      expect(await logIn(api)).toMatchObject({ status: 401 })
      expect(account()?.keptUntil).toBeGreaterThan(0)
      expect(await finish(mailed())).toMatchObject({ status: 204, cookies: [] })
      expect(account()).toMatchObject({ emailVerified: true })
      expect(account()?.keptUntil).toBeUndefined()
      expect(await logIn(api, 'body', { ...ada, password })).toMatchObject({ status: 200 })
    },
  )

  it('gets the same answer for a known email, whose owner is told', async () => {
    const { signUp, answer, mailed, finish, services } = await signedUp()
    await finish(mailed())
    await delivered(services)
    const again = await signUp()
    expect([again.status, again.body, again.cookies]).toEqual([answer.status, answer.body, answer.cookies])
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual(['already_registered'])
    expect(services.tables.accounts.size).toBe(1)
  })

  it('of a stranger ends nothing of an account that is in use unverified: its mailbox is told', async () => {
    const services = testServices()
    const api = gateway(services)
    const { body } = await api('POST /auth/signup', { body: { ...ada, transport: 'body' } })
    await delivered(services)
    expect(await api('POST /auth/signup', { body: { email, name: 'Eve' } })).toMatchObject({ status: 202 })
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual(['already_registered'])
    const { refreshToken } = body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('needs mail: without it, 400 names the password', async () => {
    const { answer, services } = await signedUp({ policy: { sendsMail: false } })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'password' }] } })
    expect(services.tables.accounts.size).toBe(0)
  })
})

describe('the link that finishes a sign-up', () => {
  it('sets a password once, and none after another way has set one', async () => {
    const { mailed, finish, services, api } = await signedUp()
    const token = mailed()
    await api('POST /auth/password/forgot', { body: { email } })
    await delivered(services)
    const reset = mailTo(services, email, 'reset_password').token
    await api('POST /auth/password/reset', { body: { token: reset, newPassword: password } })
    expect(await finish(token, 'quite another lantern drifts')).toMatchObject(isRefused)
    expect(await finish(mailed(), 'quite another lantern drifts')).toMatchObject(isRefused)
    expect(await logIn(api, 'body', { ...ada, password })).toMatchObject({ status: 200 })
  })

  it('is used by one of fifty requests at once', async () => {
    const { mailed, finish } = await signedUp()
    const token = mailed()
    const answers = await Promise.all(Array.from({ length: 50 }, () => finish(token)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(49).fill(400)])
  })

  it('is refused after a day, for an account that has a passkey, and as a link of another kind', async () => {
    const late = await signedUp()
    const token = late.mailed()
    const asReset = { body: { token, newPassword: password } }
    expect(await late.api('POST /auth/password/reset', asReset)).toMatchObject(isRefused)
    expect(await late.api('POST /auth/email/verify', { body: { token } })).toMatchObject(isRefused)
    late.services.clock.advance(86_400)
    expect(await late.finish(token)).toMatchObject(isRefused)

    const other = await signedUp()
    const found = other.account()
    if (!found) throw new Error('There is no account')
    other.services.tables.accounts.set(found.id, { ...found, factors: { totp: false, passkeys: 1 } })
    expect(await other.finish(other.mailed())).toMatchObject(isRefused)
  })

  it('is kept after a weak password', async () => {
    const { mailed, finish } = await signedUp()
    const token = mailed()
    expect(await finish(token, 'passwordpassword')).toMatchObject({
      status: 400,
      body: { code: 'weak_password' },
    })
    expect(await finish(token)).toMatchObject({ status: 204 })
  })

  it('sets a passkey instead, with recovery codes and no session, and the passkey logs in', async () => {
    const { mailed, finish, api, services, account } = await signedUp({
      policy: { requireVerifiedEmail: true },
    })
    const token = mailed()
    const key = authenticator()
    const { body: options } = await api('POST /auth/finish-sign-up/passkey/options', { body: { token } })
    const body = { token, passkey: key.create(options) }
    const finished = await api('POST /auth/finish-sign-up/passkey', { body })
    expect([finished.status, finished.body.recoveryCodes.length, finished.cookies]).toEqual([200, 10, []])
    expect(account()).toMatchObject({ emailVerified: true, factors: { totp: false, passkeys: 1 } })
    expect(account()?.keptUntil).toBeUndefined()
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual(['first_factor_added'])
    expect(await finish(token)).toMatchObject(isRefused)
    const { body: login } = await api('POST /auth/passkey/options')
    const opened = await api('POST /auth/passkey/login', { body: { passkey: key.get(login) } })
    expect(opened).toMatchObject({ status: 200, body: { user: { email } } })
  })
})
