import { limits } from '../../lib/domain/limits.ts'
import { newToken, readToken } from '../../lib/domain/one-time-codes.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { unavailable } from '../../tools/testing/outages.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, administrator, bearer, eve, logIn, mailTo, signedUp } from '../../tools/testing/test-users.ts'

const newPassword = 'a new and longer password'
const withAda = async (change: Parameters<typeof testServices>[0] = {}) => {
  const services = testServices(change)
  const api = gateway(services)
  await signedUp(api)
  await delivered(services)
  const forgot = (email = ada.email) => api('POST /auth/password/forgot', { body: { email } })
  const reset = (token: string, password = newPassword) =>
    api('POST /auth/password/reset', { body: { token, newPassword: password } })
  const mailedToken = async () => {
    await forgot()
    await delivered(services)
    return mailTo(services, ada.email, 'reset_password').token
  }
  return { services, api, forgot, reset, mailedToken }
}
const isRefused = { status: 400, body: { code: 'invalid_link' } }

describe('a password reset', () => {
  it('sets the password, ends every session, verifies the email and notifies the owner', async () => {
    const { services, api, reset, mailedToken } = await withAda()
    const login = await logIn(api)
    expect(await reset(await mailedToken())).toMatchObject({ status: 204, body: undefined, cookies: [] })
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({
      status: 401,
      body: { code: 'session_ended' },
    })
    expect(await logIn(api)).toMatchObject({ status: 401 })
    expect(await logIn(api, 'body', { ...ada, password: newPassword })).toMatchObject({
      status: 200,
      body: { user: { emailVerified: true } },
    })
    const sent = await delivered(services)
    expect(sent.map(({ template }) => template.kind)).toEqual(['password_changed'])
  })

  it('is answered alike whether the email is known or not; only a known one is mailed', async () => {
    const { services, forgot } = await withAda()
    const known = await forgot()
    expect(known).toMatchObject({ status: 202, body: undefined })
    expect(await delivered(services)).toHaveLength(1)
    expect(await forgot('unknown@example.com')).toEqual(known)
    expect(await delivered(services)).toEqual([])
  })

  it('works during a lock of failed logins, and lifts it', async () => {
    const { api, reset, mailedToken } = await withAda({ limits })
    for (let time = 0; time < 6; time++) await logIn(api, 'body', { ...ada, password: 'wrong' })
    expect(await logIn(api)).toMatchObject({ status: 429 })
    expect(await reset(await mailedToken())).toMatchObject({ status: 204 })
    expect(await logIn(api, 'body', { ...ada, password: newPassword })).toMatchObject({ status: 200 })
  })

  it('gives an account that a stranger opened to the owner of the email', async () => {
    const { api, reset, mailedToken } = await withAda()
    const stranger = await logIn(api)
    await reset(await mailedToken())
    expect(await api('GET /users/me', { headers: bearer(stranger) })).toMatchObject({ status: 401 })
    expect(await logIn(api)).toMatchObject({ status: 401 })
  })
})

describe('the token of a password reset', () => {
  it('is redeemed once: of fifty at once, one sets its password', async () => {
    const { api, reset, mailedToken } = await withAda()
    const token = await mailedToken()
    const passwords = Array.from({ length: 50 }, (_, index) => `a new password, number ${index}`)
    const answers = await Promise.all(passwords.map((password) => reset(token, password)))
    const winners = passwords.filter((_, index) => answers[index]?.status === 204)
    expect(winners).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49)
    expect(await logIn(api, 'body', { ...ada, password: winners[0] ?? '' })).toMatchObject({ status: 200 })
    expect(await reset(token)).toMatchObject(isRefused)
  })

  it('is valid for 30 minutes', async () => {
    const { services, reset, mailedToken } = await withAda()
    const token = await mailedToken()
    services.clock.advance(1800)
    expect(await reset(token)).toMatchObject(isRefused)
    const next = await mailedToken()
    services.clock.advance(1799)
    expect(await reset(next)).toMatchObject({ status: 204 })
  })

  it('is void once another is requested', async () => {
    const { reset, mailedToken } = await withAda()
    const old = await mailedToken()
    const next = await mailedToken()
    expect(await reset(old)).toMatchObject(isRefused)
    expect(await reset(next)).toMatchObject({ status: 204 })
  })

  it('is void once the password was changed or every session was ended', async () => {
    const { api, reset, mailedToken } = await withAda()
    for (const end of [
      async (headers: Record<string, string>) =>
        api('PUT /users/me/password', {
          headers,
          body: { currentPassword: ada.password, newPassword: ada.password },
        }),
      async (headers: Record<string, string>) =>
        api('DELETE /users/me/sessions', { headers, query: { all: 'true' } }),
    ]) {
      const token = await mailedToken()
      const login = await logIn(api)
      expect([200, 204]).toContain((await end(bearer(login))).status)
      expect(await reset(token)).toMatchObject(isRefused)
    }
  })

  it('is not spent on a password that is refused', async () => {
    const { reset, mailedToken } = await withAda()
    const token = await mailedToken()
    for (const weak of ['passwordpassword', 'ada@example.com', 'adalovelaceadalovelace']) {
      expect(await reset(token, weak)).toMatchObject({
        status: 400,
        body: { code: 'weak_password', errors: [{ path: 'newPassword' }] },
      })
    }
    expect(await reset(token, 'short')).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(await reset(token)).toMatchObject({ status: 204 })
  })

  it('is refused by the routes that verify an email, undo a change or log in', async () => {
    const { api, mailedToken } = await withAda()
    const body = { token: await mailedToken() }
    for (const route of [
      'POST /auth/email/verify',
      'POST /auth/email/undo',
      'POST /auth/email-login/redeem',
    ]) {
      expect(await api(route, { body })).toMatchObject(isRefused)
    }
  })

  it('sets the password and notifies the owner though the lock of logins cannot be lifted', async () => {
    const { services, api, mailedToken } = await withAda()
    const body = { token: await mailedToken(), newPassword }
    const rateLimiter = { ...services.rateLimiter, resetAttempts: unavailable }
    const { result, entries } = await capturedLog(() =>
      gateway({ ...services, rateLimiter })('POST /auth/password/reset', { body }),
    )
    expect(result).toMatchObject({ status: 204 })
    expect(entries.map(({ type }) => type)).toEqual(['password.reset', 'login.lock_left'])
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual(['password_changed'])
    expect(await logIn(api, 'body', { ...ada, password: newPassword })).toMatchObject({ status: 200 })
  })

  it('is checked before a password is hashed', async () => {
    const { services, mailedToken } = await withAda()
    const passwords = { ...services.passwords, hash: () => Promise.reject(new Error('a hash was made')) }
    const { userId } = readToken(await mailedToken())
    const body = { token: newToken(userId).token, newPassword }
    expect(await gateway({ ...services, passwords })('POST /auth/password/reset', { body })).toMatchObject(
      isRefused,
    )
  })
})

describe('a reset that an administrator starts', () => {
  it('is mailed to the owner: the administrator sees no token and sets no password', async () => {
    const { services, api, reset } = await withAda()
    const admin = await administrator(api, services, eve)
    const [account] = [...services.tables.accounts.values()]
    await delivered(services)
    const params = { userId: account?.id ?? '' }
    const answer = await api('POST /users/{userId}/password-reset', { headers: bearer(admin.login), params })
    expect(answer).toMatchObject({ status: 202, body: undefined })
    expect((await delivered(services)).map(({ to }) => to)).toEqual([ada.email])
    expect(await logIn(api)).toMatchObject({ status: 200 })
    expect(await reset(mailTo(services, ada.email, 'reset_started').token)).toMatchObject({ status: 204 })
  })

  it('is the only one for a disabled account: the owner cannot request one', async () => {
    const { services, forgot } = await withAda()
    const [account] = [...services.tables.accounts.values()]
    if (account) services.tables.accounts.set(account.id, { ...account, status: 'disabled' })
    await forgot()
    expect(await delivered(services)).toEqual([])
  })
})

describe('a mail that cannot be sent', () => {
  it('is retried by the stream if the fault may pass, and is dropped and logged if not', async () => {
    const { services, forgot } = await withAda()
    await forgot()
    const passing = { send: () => Promise.reject(new Error('SES does not answer')) }
    const { entries } = await capturedLog(async () => {
      await expect(delivered({ ...services, mailer: passing })).rejects.toThrow('An email job failed')
    })
    expect(entries).toMatchObject([{ type: 'mail.failed', error: { message: 'SES does not answer' } }])

    await forgot()
    const final = { send: async () => ({ rejectedAs: 'MessageRejected' }) }
    const log = await capturedLog(() => delivered({ ...services, mailer: final }))
    expect(log.entries).toMatchObject([
      { type: 'mail.rejected', template: 'reset_password', reason: 'MessageRejected' },
    ])
    expect(log.text).not.toContain(ada.email)
  })
})
