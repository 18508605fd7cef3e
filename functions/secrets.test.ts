import { capturedLog } from '../tools/testing/captured-log.ts'
import type { TestRequest } from '../tools/testing/events.ts'
import { makeFixture, passwords, validRequest, validRequests } from '../tools/testing/fixtures.ts'
import { gateway, type TestAnswer } from '../tools/testing/gateway.ts'
import { silent, unavailable } from '../tools/testing/outages.ts'
import { delivered } from '../tools/testing/test-mail.ts'
import { testServices } from '../tools/testing/test-services.ts'
import { ada, bearer, cookieOf, eve, fromApp, logIn, signedUp } from '../tools/testing/test-users.ts'

const json = { 'content-type': 'application/json' }

describe('secrets', () => {
  it('are in no log line, and in no answer but the one that issues them', async () => {
    const services = testServices()
    const api = gateway(services)
    const password = 'MARKED correct horse battery'
    const issued: TestAnswer[] = []
    const answers: TestAnswer[] = []
    const { text } = await capturedLog(async () => {
      answers.push(await signedUp(api, { ...ada, password }))
      answers.push(await api('POST /auth/signup', { body: { ...ada, password } }))
      answers.push(await api('POST /auth/login', { body: { email: ada.email, password: `${password}!` } }))
      answers.push(await api('POST /auth/login', { body: `{"email":"${ada.email}","password":"${password}` }))
      answers.push(await api('POST /auth/login', { body: { email: ada.email, password: { password } } }))
      issued.push(
        await logIn(api, 'body', { ...ada, password }),
        await logIn(api, 'cookie', { ...ada, password }),
      )
      const [inBody, inCookie] = issued as [TestAnswer, TestAnswer]
      const { refreshToken } = inBody.body
      issued.push(await api('POST /auth/refresh', { body: { refreshToken } }))
      issued.push(
        await api('POST /auth/refresh', { cookies: [cookieOf(inCookie)], headers: { ...json, ...fromApp } }),
      )
      issued.push(await api('POST /auth/refresh', { body: { refreshToken } }))
      services.clock.advance(61)
      answers.push(await api('POST /auth/refresh', { body: { refreshToken } }))
      answers.push(await api('POST /auth/refresh', { body: { refreshToken, more: refreshToken } }))
      answers.push(await api('POST /auth/refresh', { body: { refreshToken: refreshToken.slice(0, -1) } }))
      answers.push(await api('GET /users/me', { headers: bearer(inBody) }))
      answers.push(await api('POST /auth/logout', { headers: { ...json, ...bearer(inCookie) } }))
      const broken = gateway({
        ...services,
        users: { ...services.users, findByEmail: () => Promise.reject(new Error('broken')) },
      })
      answers.push(await logIn(broken, 'body', { ...ada, password }))
    })

    const [account] = [...services.tables.accounts.values()]
    const tokens = issued.flatMap(({ body, cookies }) => [
      body.accessToken,
      body.refreshToken ?? cookies[0]?.split(';')[0],
    ])
    const signatures = tokens.map((token) => String(token).split('.').at(-1) ?? '')
    const secrets = ['MARKED', account?.passwordHash.slice(-31) ?? '', ...signatures]
    expect(secrets.every((secret) => secret.length > 5)).toBe(true)
    for (const secret of secrets) {
      expect(text).not.toContain(secret)
      expect(JSON.stringify(answers)).not.toContain(secret)
    }
    expect(text).not.toMatch(/\n\s+at /)
    expect(text).toContain('session.reuse_detected')
  })
})

describe.each(Object.keys(validRequests))('%s', (route) => {
  const mark = 'MARKED0secret1of2somebody'
  const marked = {
    password: mark,
    currentPassword: mark,
    newPassword: mark,
    refreshToken: mark,
    token: mark,
    challenge: mark,
  }
  const changes: readonly ((request: TestRequest) => TestRequest)[] = [
    (request) => request,
    (request) => ({ ...request, body: { ...(request.body as object), ...marked } }),
    (request) => ({ ...request, body: `{"password":"${mark}` }),
    (request) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${mark}.${mark}.${mark}` },
    }),
    (request) => ({ ...request, cookies: [`__Host-cardea_refresh=${mark}`], headers: fromApp }),
    (request) => ({
      ...request,
      cookies: [`__Host-cardea_flow=${mark}`],
      query: { state: mark, code: mark },
    }),
    (request) => ({ ...request, query: { ticket: mark } }),
    (request) => ({ ...request, query: { cursor: mark }, params: { userId: mark, sessionId: mark } }),
  ]

  it('logs no secret of a request, of its answer, of a mail or of the store', async () => {
    const secrets = [mark, eve.password, passwords.newPassword]
    const { text } = await capturedLog(async () => {
      // Each change has a fixture of its own: a logout would end the session of the next.
      for (const change of changes) {
        const fixture = await makeFixture()
        const answer = await fixture.api(route, change(await validRequest(route, fixture)))
        const logins = [fixture.login, fixture.other, fixture.admin.login, answer].map(
          ({ body }) => body ?? {},
        )
        const tokens = logins.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken])
        await delivered(fixture.services)
        const mailed = fixture.services.mailbox.map(({ template }) => template as object)
        const accounts = [...fixture.services.tables.accounts.values()]
        secrets.push(
          ...mailed.flatMap((template) => ('token' in template ? [String(template.token)] : [])),
          ...tokens.filter(Boolean).map((token: string) => token.split('.').at(-1) ?? ''),
          ...accounts.map(({ passwordHash }) => passwordHash.slice(-31)).filter(Boolean),
        )
      }
    })
    expect(secrets.length).toBeGreaterThan(6 * changes.length)
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(text).toContain('login.succeeded')
  })
})

describe('a store that does not answer', () => {
  it('makes sign-up, login, refresh, logout and profile answer 503 with Retry-After, and changes nothing', async () => {
    const services = testServices()
    const api = gateway(services)
    await signedUp(api)
    const login = await logIn(api)
    const broken = gateway(silent(services))
    const { refreshToken } = login.body
    const before = JSON.stringify([...services.tables.accounts, ...services.tables.sessions])
    const { result: answers } = await capturedLog(() =>
      Promise.all([
        broken('POST /auth/signup', { body: { ...ada, email: 'eve@example.com' } }),
        logIn(broken),
        broken('POST /auth/refresh', { body: { refreshToken } }),
        broken('POST /auth/logout', { body: { refreshToken } }),
        broken('GET /users/me', { headers: bearer(login) }),
      ]),
    )
    for (const { status, headers, body } of answers) {
      expect([status, headers['retry-after'], body.code]).toEqual([503, '1', 'unavailable'])
    }
    expect(JSON.stringify([...services.tables.accounts, ...services.tables.sessions])).toBe(before)
  })

  it('between the two writes of a logout leaves the session revoked', async () => {
    const services = testServices()
    const api = gateway(services)
    await signedUp(api)
    const login = await logIn(api)
    const revoke = async ({ sessionId, deniedUntil }: Parameters<typeof services.sessions.revoke>[0]) => {
      services.tables.revokedFamilies.set(sessionId, deniedUntil)
      return unavailable()
    }
    const dying = gateway({ ...services, sessions: { ...services.sessions, revoke } })
    const { refreshToken } = login.body
    expect(await dying('POST /auth/logout', { body: { refreshToken } })).toMatchObject({ status: 503 })
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    expect(await api('POST /auth/logout', { body: { refreshToken } })).toMatchObject({ status: 204 })
  })
})
