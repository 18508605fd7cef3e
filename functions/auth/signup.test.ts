import { setTimeout as wait } from 'node:timers/promises'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, cookieOf, eve, fromApp, logIn, signedUp } from '../../tools/testing/test-users.ts'

const fresh = () => {
  const services = testServices()
  return { services, api: gateway(services) }
}

describe('POST /auth/signup', () => {
  it('creates an account and answers it without the hash', async () => {
    const { services, api } = fresh()
    const { result, entries } = await capturedLog(() => api('POST /auth/signup', { body: ada }))
    const [account] = [...services.tables.accounts.values()]
    expect(result).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } })
    expect(result.body).toEqual({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: 900,
      user: {
        id: account?.id,
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        roles: ['user'],
        emailVerified: false,
        createdAt: '2027-01-15T08:00:00.000Z',
        locale: 'en',
      },
    })
    expect(entries).toMatchObject([
      { type: 'user.created', userId: account?.id, ip: '198.51.100.7' },
      { type: 'login.succeeded', userId: account?.id },
    ])
  })

  it('is refused where sign-up is closed, before anything is read, hashed or written, whatever the email', async () => {
    const { services } = fresh()
    await signedUp(gateway(services))
    const called: string[] = []
    const noting = <T extends object>(name: string, port: T): T =>
      Object.fromEntries(
        Object.keys(port).map((call) => [call, async () => called.push(`${name}.${call}`)]),
      ) as T
    const closed = gateway({
      ...services,
      policy: { ...services.policy, signUp: 'closed' },
      users: noting('users', services.users),
      passwords: noting('passwords', services.passwords),
      outbox: noting('outbox', services.outbox),
    })
    for (const body of [ada, { ...ada, email: 'new@example.com' }, { email: ada.email, name: 'Ada' }]) {
      const { result, entries } = await capturedLog(() => closed('POST /auth/signup', { body }))
      expect([result.status, result.body.code]).toEqual([403, 'signup_closed'])
      expect(entries).toMatchObject([{ type: 'access.denied', reason: 'signup_closed' }])
    }
    expect(called).toEqual([])
  })

  it.each([8, 15, 64])(
    'refuses a password shorter than the set minimum of %i characters, and says the minimum',
    async (least) => {
      const services = testServices({
        policy: { passwordMinLength: least },
        limits: { signupPerIp: { most: 1, seconds: 3600 } },
      })
      const api = gateway(services)
      const strong = 'Kq7#mVx2!pLw9$Rt'.repeat(4)
      for (const password of [strong.slice(0, least - 1), strong.repeat(5).slice(0, 257)]) {
        const refused = await api('POST /auth/signup', { body: { ...ada, email: 'no address', password } })
        const errors = [
          { path: 'email', message: expect.any(String) },
          { path: 'password', message: `must have ${least} to 256 characters` },
        ]
        expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request', errors } })
      }
      // A form that was filled in wrongly uses up no limit.
      const opened = await api('POST /auth/signup', { body: { ...ada, password: strong.slice(0, least) } })
      expect(opened.status).toBe(201)
    },
  )

  it.each([
    'iloveyouforever1',
    '1qaz2wsx3edc4rfv',
    'abcdefghijklmnop',
    'Manchester2024!!',
    'xyz!xyz!xyz!xyz!9',
  ])('refuses a password that is easy to guess: %s', async (password) => {
    const { services, api } = fresh()
    expect(await api('POST /auth/signup', { body: { ...ada, password } })).toMatchObject({
      status: 400,
      body: { code: 'weak_password', errors: [{ path: 'password' }] },
    })
    expect(services.tables.accounts.size).toBe(0)
  })

  it('opens a session at once by the requested transport, as a login does', async () => {
    const { services, api } = fresh()
    const byCookie = await api('POST /auth/signup', { body: ada })
    expect(byCookie.body).not.toHaveProperty('refreshToken')
    const refreshed = await api('POST /auth/refresh', {
      headers: fromApp,
      cookies: [cookieOf(byCookie)],
      body: {},
    })
    expect(refreshed).toMatchObject({ status: 200, body: { user: { email: ada.email } } })

    const inBody = await api('POST /auth/signup', { body: { ...eve, transport: 'body' } })
    expect(inBody).toMatchObject({ status: 201, cookies: [] })
    const { refreshToken } = inBody.body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
    expect(await api('GET /users/me', { headers: bearer(inBody) })).toMatchObject({
      status: 200,
      body: { email: eve.email },
    })
    // The device of the sign-up causes no notification, and the email is verified all the same.
    expect((await delivered(services)).map(({ template }) => template.kind)).toEqual([
      'verify_email',
      'verify_email',
    ])
  })

  it('gives no token and no cookie where emails must be verified, whatever transport is requested', async () => {
    const services = testServices({ policy: { requireVerifiedEmail: true } })
    for (const transport of ['cookie', 'body'])
      expect(await gateway(services)('POST /auth/signup', { body: { ...ada, transport } })).toMatchObject({
        status: 202,
        body: undefined,
        cookies: [],
      })
    expect(services.tables.sessions.size).toBe(0)
  })

  it('creates no account where no session could be opened, so that the retry succeeds', async () => {
    const { services, api } = fresh()
    const ready = () => Promise.reject(new Error('no key'))
    const keyless = gateway({ ...services, accessTokenIssuer: { ...services.accessTokenIssuer, ready } })
    const { result } = await capturedLog(() => keyless('POST /auth/signup', { body: ada }))
    expect(result.status).toBeGreaterThanOrEqual(500)
    expect(await api('POST /auth/signup', { body: ada })).toMatchObject({ status: 201 })
  })

  it('answers 201 though the email job is lost: the user can request another mail', async () => {
    const { services } = fresh()
    const outbox = { put: () => Promise.reject(new Error('lost')) }
    const { result, entries } = await capturedLog(() =>
      gateway({ ...services, outbox })('POST /auth/signup', { body: ada }),
    )
    expect(result).toMatchObject({ status: 201, body: { accessToken: expect.any(String) } })
    expect(entries).toContainEqual(expect.objectContaining({ type: 'mail.lost', job: 'signed_up' }))
  })

  it('writes the email job before it asks for the second factor that every account needs', async () => {
    const { services } = fresh()
    const { policy, waitingJobs } = services
    const put: typeof services.outbox.put = async (...given) => {
      await wait(30)
      return services.outbox.put(...given)
    }
    const strict = gateway({ ...services, policy: { ...policy, secondFactorFor: 'all' }, outbox: { put } })
    const answer = await strict('POST /auth/signup', { body: ada })
    expect(answer).toMatchObject({ status: 403, body: { code: 'second_factor_enrolment_required' } })
    expect(waitingJobs).toMatchObject([{ type: 'signed_up' }])
  })

  it('stores the email in its canonical form, and every spelling of it logs in', async () => {
    const { api } = fresh()
    await signedUp(api, { ...ada, email: ' ＡＤＡ@Example.com ' })
    for (const email of ['ada@example.com', 'ADA@EXAMPLE.COM', ' ada@example.com']) {
      expect(await logIn(api, 'body', { ...ada, email })).toMatchObject({ status: 200 })
    }
    expect(await api('POST /auth/signup', { body: { ...ada, email: 'Ada@example.COM' } })).toMatchObject({
      status: 409,
    })
  })

  it('refuses an email that has an account: 409 email_taken', async () => {
    const { api } = fresh()
    await signedUp(api)
    const second = await api('POST /auth/signup', { body: { ...ada, name: 'Eve' } })
    expect(second).toMatchObject({ status: 409, body: { code: 'email_taken' } })
  })

  it.each<[string, object]>([
    ['role', { ...ada, role: 'admin' }],
    ['roles', { ...ada, roles: ['admin'] }],
    ['id', { ...ada, id: '1' }],
    ['emailVerified', { ...ada, emailVerified: true }],
    ['status', { ...ada, status: 'active' }],
    ['email', { ...ada, email: { $gt: '' } }],
    ['email', { ...ada, email: 'ada' }],
    ['password', { ...ada, password: 'short' }],
    ['password', { ...ada, password: 'correct horse\0battery' }],
    ['password', { ...ada, password: 'x'.repeat(257) }],
    ['name', { ...ada, name: '' }],
    ['name', { ...ada, name: 'x'.repeat(101) }],
    ['name', { ...ada, name: '\ud83e' }],
    ['name', { email: ada.email, password: ada.password }],
  ])('refuses an invalid %s, and stores nothing', async (path, body) => {
    const { services, api } = fresh()
    const answer = await api('POST /auth/signup', { body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } })
    expect(services.tables.accounts.size + services.tables.reservations.size).toBe(0)
  })

  it('creates one account for fifty requests at once', async () => {
    const { services, api } = fresh()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api('POST /auth/signup', { body: ada })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)])
    expect(services.tables.accounts.size).toBe(1)
  })
})
