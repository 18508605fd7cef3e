import { capturedLog } from '../../tools/testing/captured-log.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, logIn, mailTo } from '../../tools/testing/test-users.ts'

const strict = () => {
  const services = testServices({ policy: { requireVerifiedEmail: true } })
  const api = gateway(services)
  const signUp = (change: object = {}) => api('POST /auth/signup', { body: { ...ada, ...change } })
  const elsewhere = (change: object = {}) =>
    api('POST /auth/signup', { body: { ...ada, ...change }, ip: '203.0.113.9' })
  const verify = (token: string) => api('POST /auth/email/verify', { body: { token } })
  const resend = (email = ada.email) => api('POST /auth/email/resend', { body: { email } })
  return { services, api, signUp, elsewhere, verify, resend }
}
const withAda = async () => {
  const fixture = strict()
  await fixture.signUp()
  await delivered(fixture.services)
  return { ...fixture, token: mailTo(fixture.services, ada.email, 'verify_email').token }
}
const isRefused = { status: 400, body: { code: 'invalid_link' } }

describe('a sign-up where emails must be verified', () => {
  it('answers 202 without a body and mails a link; a login needs it', async () => {
    const { services, api, signUp, verify } = strict()
    expect(await signUp()).toMatchObject({ status: 202, body: undefined })
    const [mail, ...others] = await delivered(services)
    expect([mail, others]).toMatchObject([
      { to: ada.email, template: { kind: 'verify_email', hours: 24 } },
      [],
    ])
    expect(await logIn(api)).toMatchObject({ status: 403, body: { code: 'email_not_verified' } })
    expect(await logIn(api, 'body', { ...ada, password: 'wrong' })).toMatchObject({ status: 401 })
    const { token } = mailTo(services, ada.email, 'verify_email')
    const { result, entries } = await capturedLog(() => verify(token))
    expect([result.status, entries.map(({ type }) => type)]).toEqual([204, ['email.verified']])
    expect(await logIn(api)).toMatchObject({ status: 200, body: { user: { emailVerified: true } } })
  })

  it('with a known email gets the same answer, and its owner is mailed no token', async () => {
    const { services, signUp, verify, token } = await withAda()
    await verify(token)
    const again = await signUp({ name: 'Eve', password: 'a password of her own' })
    const fresh = await signUp({ email: 'new@example.com' })
    expect(again).toEqual(fresh)
    const sent = await delivered(services)
    expect(sent[0]).toMatchObject({ to: ada.email, template: { kind: 'already_registered' } })
    expect(services.tables.accounts.size).toBe(2)
  })

  it('with a known, unverified email lets the owner set the password, though another signed up first', async () => {
    const { services, api, elsewhere } = await withAda()
    const owner = { ...ada, password: 'what the owner wants' }
    await elsewhere({ password: owner.password })
    await delivered(services)
    const { token } = mailTo(services, ada.email, 'finish_sign_up')
    const body = { token, newPassword: owner.password }
    expect(await api('POST /auth/finish-sign-up', { body })).toMatchObject({ status: 204 })
    expect(await logIn(api, 'body', owner)).toMatchObject({ status: 200 })
    expect(await logIn(api)).toMatchObject({ status: 401 })
  })

  it('made by two clients sets neither password, whichever mail the owner answers', async () => {
    const { services, api, elsewhere, verify, resend, token } = await withAda()
    await elsewhere({ password: 'what the owner wants' })
    await resend()
    const sent = await delivered(services)
    expect(sent.map(({ template }) => template.kind)).toEqual(['finish_sign_up', 'finish_sign_up'])
    expect(await verify(token)).toMatchObject(isRefused)
    expect(await logIn(api)).toMatchObject({ status: 401 })
    const body = {
      token: mailTo(services, ada.email, 'finish_sign_up').token,
      newPassword: 'what the owner wants',
    }
    expect(await api('POST /auth/finish-sign-up', { body })).toMatchObject({ status: 204 })
    expect(await logIn(api)).toMatchObject({ status: 401 })
  })

  it('made again with the same password from elsewhere voids nothing', async () => {
    const { services, api, elsewhere, verify, token } = await withAda()
    await elsewhere()
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual(['verify_email'])
    expect(await verify(token)).toMatchObject({ status: 204 })
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('answers 202 to fifty at once, and creates one account', async () => {
    const { services, signUp } = strict()
    const answers = await Promise.all(Array.from({ length: 50 }, () => signUp()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(services.tables.accounts.size).toBe(1)
  })

  it('sends a recipient at most 3 mails in 15 minutes, and always answers 202', async () => {
    const services = testServices({
      policy: { requireVerifiedEmail: true },
      limits: { signupMails: { most: 3, seconds: 900 } },
    })
    const api = gateway(services)
    for (let time = 0; time < 10; time++) {
      expect(await api('POST /auth/signup', { body: ada })).toMatchObject({ status: 202 })
    }
    const { result } = await capturedLog(() => delivered(services))
    expect(result.map(({ template }) => template.kind)).toEqual([
      'verify_email',
      'verify_email',
      'verify_email',
    ])
  })

  it('answers 5xx if the email job is lost, since a login needs the mail', async () => {
    const { services } = strict()
    const outbox = { put: () => Promise.reject(Object.assign(new Error('lost'), { code: 'ECONNREFUSED' })) }
    const { result } = await capturedLog(() =>
      gateway({ ...services, outbox })('POST /auth/signup', { body: ada }),
    )
    expect(result.status).toBeGreaterThanOrEqual(500)
  })
})

describe('a link that verifies an email', () => {
  it('can be opened for a day, fifty times at once too, and verifies once', async () => {
    const { services, verify, token } = await withAda()
    const { result, entries } = await capturedLog(() =>
      Promise.all(Array.from({ length: 50 }, () => verify(token))),
    )
    expect(new Set(result.map(({ status }) => status))).toEqual(new Set([204]))
    expect(entries.map(({ type }) => type)).toEqual(['email.verified'])
    const [account] = [...services.tables.accounts.values()]
    services.clock.advance(86_399)
    expect(await verify(token)).toMatchObject({ status: 204 })
    // The second redemption changed nothing: access tokens stay valid.
    expect([...services.tables.accounts.values()]).toEqual([account])
    services.clock.advance(1)
    expect(await verify(token)).toMatchObject(isRefused)
  })

  it('that was redeemed answers 204 after a reset too, and is void once the account has another email', async () => {
    const { services, api, verify, token } = await withAda()
    await verify(token)
    await api('POST /auth/password/forgot', { body: { email: ada.email } })
    await delivered(services)
    const reset = mailTo(services, ada.email, 'reset_password').token
    const next = { ...ada, password: 'a new and longer password' }
    await api('POST /auth/password/reset', { body: { token: reset, newPassword: next.password } })
    expect(await verify(token)).toMatchObject({ status: 204 })

    const headers = bearer(await logIn(api, 'body', next))
    const body = { newEmail: 'king@example.com' }
    await api('PUT /users/me/email', { headers, body })
    await delivered(services)
    await verify(mailTo(services, body.newEmail, 'verify_new_email').token)
    expect(await verify(token)).toMatchObject(isRefused)
  })

  it('that was redeemed is refused by reset, undo and login', async () => {
    const { api, verify, token } = await withAda()
    await verify(token)
    for (const [route, more] of [
      ['POST /auth/password/reset', { newPassword: 'a new and longer password' }],
      ['POST /auth/email/undo', {}],
      ['POST /auth/email-login/redeem', {}],
    ] as const) {
      expect(await api(route, { body: { token, ...more } })).toMatchObject(isRefused)
    }
  })

  it('is valid for a day', async () => {
    for (const [seconds, status] of [
      [86_399, 204],
      [86_400, 400],
    ] as const) {
      const { services, verify, token } = await withAda()
      services.clock.advance(seconds)
      expect(await verify(token)).toMatchObject({ status })
    }
  })

  it('is void once another is requested', async () => {
    const { services, verify, resend, token } = await withAda()
    expect(await resend()).toMatchObject({ status: 202 })
    await delivered(services)
    expect(await verify(token)).toMatchObject(isRefused)
    expect(await verify(mailTo(services, ada.email, 'verify_email').token)).toMatchObject({ status: 204 })
  })

  it('is refused by reset, undo and login', async () => {
    const { api, token } = await withAda()
    for (const [route, more] of [
      ['POST /auth/password/reset', { newPassword: 'a new and longer password' }],
      ['POST /auth/email/undo', {}],
      ['POST /auth/email-login/redeem', {}],
    ] as const) {
      expect(await api(route, { body: { token, ...more } })).toMatchObject(isRefused)
    }
  })

  it.each([
    'x',
    'A'.repeat(64),
    'A'.repeat(63),
    'A'.repeat(65),
    `${'A'.repeat(63)}=`,
    `${'A'.repeat(62)}+/`,
    '💥'.repeat(16),
  ])('that is malformed is refused like any other: %s', async (token) => {
    const { verify } = await withAda()
    expect(await verify(token)).toMatchObject(isRefused)
  })

  it('of another account is refused with one’s own id in it', async () => {
    const { services, signUp, verify, token } = await withAda()
    await signUp({ email: 'eve@example.com' })
    await delivered(services)
    const eves = Buffer.from(mailTo(services, 'eve@example.com', 'verify_email').token, 'base64url')
    const adas = Buffer.from(token, 'base64url')
    const mixed = Buffer.concat([adas.subarray(0, 16), eves.subarray(16)]).toString('base64url')
    expect(await verify(mixed)).toMatchObject(isRefused)
    expect(await verify(token)).toMatchObject({ status: 204 })
  })

  it('is void when the account is disabled or deleted', async () => {
    const { services, verify, token } = await withAda()
    const [account] = [...services.tables.accounts.values()]
    if (!account) throw new Error('There is no account')
    services.tables.accounts.set(account.id, { ...account, status: 'disabled' })
    expect(await verify(token)).toMatchObject(isRefused)
    services.tables.accounts.delete(account.id)
    expect(await verify(token)).toMatchObject(isRefused)
  })
})

describe('POST /auth/email/resend', () => {
  it('answers alike for an unknown, a verified and an unverified email; only the last is mailed', async () => {
    const { services, verify, resend, token } = await withAda()
    const unverified = await resend()
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual(['verify_email'])
    expect(await resend('unknown@example.com')).toEqual(unverified)
    expect(await delivered(services)).toEqual([])
    expect(await verify(token)).toMatchObject({ status: 400 })
    await verify(mailTo(services, ada.email, 'verify_email').token)
    expect(await resend()).toEqual(unverified)
    expect(await delivered(services)).toEqual([])
  })
})

describe('a sign-up where emails need not be verified', () => {
  it('answers 201 or 409 and mails a link; a login does not need it', async () => {
    const services = testServices()
    const api = gateway(services)
    expect(await api('POST /auth/signup', { body: ada })).toMatchObject({ status: 201 })
    expect(await api('POST /auth/signup', { body: ada })).toMatchObject({ status: 409 })
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual(['verify_email'])
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('keeps the session when the email is verified; the next refresh shows it', async () => {
    const services = testServices()
    const api = gateway(services)
    await api('POST /auth/signup', { body: ada })
    const login = await logIn(api)
    await delivered(services)
    await api('POST /auth/email/verify', {
      body: { token: mailTo(services, ada.email, 'verify_email').token },
    })
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    const refreshed = await api('POST /auth/refresh', { body: { refreshToken } })
    expect(refreshed).toMatchObject({ status: 200, body: { user: { emailVerified: true } } })
  })

  it('mails nothing where no sender is configured', async () => {
    const services = testServices({ policy: { sendsMail: false } })
    expect(await gateway(services)('POST /auth/signup', { body: ada })).toMatchObject({ status: 201 })
    expect(services.waitingJobs).toEqual([])
  })
})
