import { gateway } from '../../tools/testing/gateway.ts'
import { unavailable } from '../../tools/testing/outages.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { bearer, cookieOf, fromApp, logIn, signedUp } from '../../tools/testing/test-users.ts'

const json = { 'content-type': 'application/json' }
const withAda = async (transport: 'cookie' | 'body') => {
  const services = testServices()
  const api = gateway(services)
  await signedUp(api)
  return { services, api, login: await logIn(api, transport) }
}

describe('POST /auth/logout', () => {
  it('ends the session of a browser, clears its cookie, and denies its access token from the next request on', async () => {
    const { services, api, login } = await withAda('cookie')
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 200 })
    const headers = { ...json, ...fromApp }
    const answer = await api('POST /auth/logout', { cookies: [cookieOf(login)], headers })
    expect(answer).toMatchObject({ status: 204, body: undefined })
    expect(answer.cookies).toEqual([
      '__Host-cardea_refresh=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict',
    ])
    expect(services.tables.sessions.size).toBe(0)
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
  })

  it.each(['refresh token', 'access token'] as const)('accepts a %s alone', async (which) => {
    const { api, login } = await withAda('body')
    const request =
      which === 'access token'
        ? { headers: { ...json, ...bearer(login) } }
        : { body: { refreshToken: login.body.refreshToken } }
    expect(await api('POST /auth/logout', request)).toMatchObject({ status: 204 })
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const again = await api('POST /auth/refresh', { body: { refreshToken: login.body.refreshToken } })
    expect(again).toMatchObject({ status: 401, body: { code: 'session_ended' } })
  })

  it('works with an expired access token beside a valid refresh token', async () => {
    const { services, api, login } = await withAda('body')
    services.clock.advance(1000)
    const request = { body: { refreshToken: login.body.refreshToken }, headers: bearer(login) }
    expect(await api('POST /auth/logout', request)).toMatchObject({ status: 204 })
    expect(services.tables.sessions.size).toBe(0)
  })

  it('answers 204 a second time, and for a missing or malformed token', async () => {
    const { api, login } = await withAda('body')
    const body = { refreshToken: login.body.refreshToken }
    for (const request of [{ body }, { body }, { body: {} }, { body: { refreshToken: 'garbage' } }]) {
      expect(await api('POST /auth/logout', request)).toMatchObject({ status: 204 })
    }
    const garbage = { headers: { ...json, authorization: 'Bearer a.b.c' } }
    expect(await api('POST /auth/logout', garbage)).toMatchObject({ status: 204 })
  })

  it('by cookie is refused from another origin, so that no foreign page can log a user out', async () => {
    const { services, api, login } = await withAda('cookie')
    const headers = { ...json, origin: 'https://evil.example' }
    const answer = await api('POST /auth/logout', { cookies: [cookieOf(login)], headers })
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' }, cookies: [] })
    expect(services.tables.sessions.size).toBe(1)
    // SameSite withholds the cookie from such a request. The answer must not clear it either.
    const withoutCookie = await api('POST /auth/logout', {
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    })
    expect(withoutCookie).toMatchObject({ status: 403, cookies: [] })
  })

  it('needs no body and no content type', async () => {
    const { services, api, login } = await withAda('cookie')
    const answer = await api('POST /auth/logout', { cookies: [cookieOf(login)], headers: fromApp })
    expect(answer).toMatchObject({ status: 204, cookies: [expect.stringContaining('Max-Age=0')] })
    expect(services.tables.sessions.size).toBe(0)
  })

  it('ends the session that the body names, needs no origin then, and clears a cookie that comes along', async () => {
    const { services, api, login } = await withAda('cookie')
    const { refreshToken } = (await logIn(api)).body
    for (const token of [refreshToken, refreshToken, 'expired or forged']) {
      const body = { refreshToken: token }
      const answer = await api('POST /auth/logout', { cookies: [cookieOf(login)], body })
      expect(answer).toMatchObject({ status: 204, cookies: [expect.stringContaining('Max-Age=0')] })
    }
    const left = [...services.tables.sessions.values()]
    expect(left.map(({ userAgent }) => userAgent)).toHaveLength(1)
    const headers = { ...json, ...fromApp }
    expect(await api('POST /auth/refresh', { cookies: [cookieOf(login)], headers })).toMatchObject({
      status: 200,
    })
  })

  it('with two refresh cookies ends both sessions', async () => {
    const { services, api, login } = await withAda('cookie')
    const other = await logIn(api, 'cookie')
    const cookies = [cookieOf(login), cookieOf(other), '__Host-cardea_refresh=nonsense']
    const answer = await api('POST /auth/logout', { cookies, headers: fromApp })
    expect(answer).toMatchObject({ status: 204, cookies: [expect.stringContaining('Max-Age=0')] })
    expect(services.tables.sessions.size).toBe(0)
  })

  it('accepts several blanks before an access token (RFC 6750 2.1)', async () => {
    const { services, api, login } = await withAda('body')
    const headers = { ...json, authorization: `Bearer   ${login.body.accessToken}` }
    expect(await api('POST /auth/logout', { headers })).toMatchObject({ status: 204 })
    expect(services.tables.sessions.size).toBe(0)
  })

  it('answers 503 when the store fails, and the retry ends the session', async () => {
    const { services, api, login } = await withAda('body')
    const { revoke } = services.sessions
    const failing = jest.fn(revoke).mockImplementationOnce(unavailable)
    const flaky = gateway({ ...services, sessions: { ...services.sessions, revoke: failing } })
    const request = { body: { refreshToken: login.body.refreshToken } }
    expect(await flaky('POST /auth/logout', request)).toMatchObject({ status: 503 })
    expect(await flaky('POST /auth/logout', request)).toMatchObject({ status: 204 })
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
  })

  it('ends one session of several', async () => {
    const { services, api, login } = await withAda('body')
    const other = await logIn(api)
    await api('POST /auth/logout', { body: { refreshToken: login.body.refreshToken } })
    expect(services.tables.sessions.size).toBe(1)
    expect(await api('GET /users/me', { headers: bearer(other) })).toMatchObject({ status: 200 })
  })
})
