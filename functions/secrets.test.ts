import { isRoute, registry } from '../tools/generate/registry.ts'
import { capturedLog } from '../tools/testing/captured-log.ts'
import type { TestRequest } from '../tools/testing/events.ts'
import { gateway, type TestAnswer } from '../tools/testing/gateway.ts'
import { ada, bearer, cookieOf, eve, fromApp, logIn, signedUp } from '../tools/testing/people.ts'
import { good, passwords, scene } from '../tools/testing/scene.ts'
import { delivered, silent, unavailable, world } from '../tools/testing/world.ts'

const json = { 'content-type': 'application/json' }

describe('secrets', () => {
  it('are in no line of the log and in no answer but the one that grants them', async () => {
    const parts = world()
    const api = gateway(parts)
    const password = 'MARKED correct horse battery'
    const granted: TestAnswer[] = []
    const answers: TestAnswer[] = []
    const { text } = await capturedLog(async () => {
      answers.push(await signedUp(api, { ...ada, password }))
      answers.push(await api('POST /auth/signup', { body: { ...ada, password } }))
      answers.push(await api('POST /auth/login', { body: { email: ada.email, password: `${password}!` } }))
      answers.push(await api('POST /auth/login', { body: `{"email":"${ada.email}","password":"${password}` }))
      answers.push(await api('POST /auth/login', { body: { email: ada.email, password: { password } } }))
      granted.push(
        await logIn(api, 'body', { ...ada, password }),
        await logIn(api, 'cookie', { ...ada, password }),
      )
      const [inBody, inCookie] = granted as [TestAnswer, TestAnswer]
      const { refreshToken } = inBody.body
      granted.push(await api('POST /auth/refresh', { body: { refreshToken } }))
      granted.push(
        await api('POST /auth/refresh', { cookies: [cookieOf(inCookie)], headers: { ...json, ...fromApp } }),
      )
      granted.push(await api('POST /auth/refresh', { body: { refreshToken } }))
      parts.clock.advance(61)
      answers.push(await api('POST /auth/refresh', { body: { refreshToken } }))
      answers.push(await api('POST /auth/refresh', { body: { refreshToken, more: refreshToken } }))
      answers.push(await api('POST /auth/refresh', { body: { refreshToken: refreshToken.slice(0, -1) } }))
      answers.push(await api('GET /users/me', { headers: bearer(inBody) }))
      answers.push(await api('POST /auth/logout', { headers: { ...json, ...bearer(inCookie) } }))
      const broken = gateway({
        ...parts,
        users: { ...parts.users, findByEmail: () => Promise.reject(new Error('broken')) },
      })
      answers.push(await logIn(broken, 'body', { ...ada, password }))
    })

    const [account] = [...parts.tables.accounts.values()]
    const tokens = granted.flatMap(({ body, cookies }) => [
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

describe('every door', () => {
  it('prints nothing that was secret, however it is asked', async () => {
    const mark = 'MARKED0secret1of2somebody'
    const { text } = await capturedLog(async () => {
      for (const { contract } of (await registry()).filter(isRoute)) {
        const route = `${contract.method} ${contract.path}`
        const body = {
          password: mark,
          currentPassword: mark,
          newPassword: mark,
          refreshToken: mark,
          token: mark,
          challenge: mark,
        }
        const asked: ((request: TestRequest) => TestRequest)[] = [
          (request) => request,
          (request) => ({ ...request, body: { ...(request.body as object), ...body } }),
          (request) => ({ ...request, body: `{"password":"${mark}` }),
          (request) => ({
            ...request,
            headers: { ...request.headers, authorization: `Bearer ${mark}.${mark}.${mark}` },
          }),
          (request) => ({ ...request, cookies: [`__Host-cardea_refresh=${mark}`], headers: fromApp }),
          (request) => ({ ...request, query: { cursor: mark }, params: { userId: mark, sessionId: mark } }),
        ]
        // In a scene of its own each: the first would end the session that the others need.
        for (const ask of asked) {
          const it = await scene()
          const answer = await it.api(route, ask((await good[route]?.(it)) ?? {}))
          const logins = [it.login, it.other, it.admin.login, answer].map((each) => each.body ?? {})
          const tokens = logins.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken])
          await delivered(it.parts)
          const mailed = it.parts.mailbox.map(({ letter }) => letter as object)
          secrets.push(...mailed.flatMap((letter) => ('token' in letter ? [String(letter.token)] : [])))
          secrets.push(...tokens.filter(Boolean).map((token: string) => token.split('.').at(-1) ?? ''))
          secrets.push(
            ...[...it.parts.tables.accounts.values()]
              .map(({ passwordHash }) => passwordHash.slice(-31))
              .filter(Boolean),
          )
        }
      }
    })
    expect(secrets.length).toBeGreaterThan(100)
    for (const secret of [...secrets, mark, eve.password, passwords.newPassword])
      expect(text).not.toContain(secret)
    expect(text).toContain('access.denied')
  })
  const secrets: string[] = []
})

describe('a store that does not answer', () => {
  it('is 503 with Retry-After at every door that needs one, and nothing half-made', async () => {
    const parts = world()
    const api = gateway(parts)
    await signedUp(api)
    const login = await logIn(api)
    const broken = gateway(silent(parts))
    const { refreshToken } = login.body
    const before = JSON.stringify([...parts.tables.accounts, ...parts.tables.sessions])
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
    expect(JSON.stringify([...parts.tables.accounts, ...parts.tables.sessions])).toBe(before)
  })

  it('between the two writes of a log-out leaves the session dead', async () => {
    const parts = world()
    const api = gateway(parts)
    await signedUp(api)
    const login = await logIn(api)
    const revoke = async ({ sessionId, deniedUntil }: Parameters<typeof parts.sessions.revoke>[0]) => {
      parts.tables.revokedFamilies.set(sessionId, deniedUntil)
      return unavailable()
    }
    const dying = gateway({ ...parts, sessions: { ...parts.sessions, revoke } })
    const { refreshToken } = login.body
    expect(await dying('POST /auth/logout', { body: { refreshToken } })).toMatchObject({ status: 503 })
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    expect(await api('POST /auth/logout', { body: { refreshToken } })).toMatchObject({ status: 204 })
  })
})
