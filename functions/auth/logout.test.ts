import { gateway } from '../../lib/testing/gateway.ts'
import { bearer, cookieOf, fromApp, logIn, signedUp } from '../../lib/testing/people.ts'
import { world } from '../../lib/testing/world.ts'

const json = { 'content-type': 'application/json' }
const withAda = async (transport: 'cookie' | 'body') => {
  const parts = world()
  const api = gateway(parts)
  await signedUp(api)
  return { parts, api, login: await logIn(api, transport) }
}

describe('POST /auth/logout', () => {
  it('ends the session of a browser, clears its cookie, and its access token is refused on the next request', async () => {
    const { parts, api, login } = await withAda('cookie')
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 200 })
    const headers = { ...json, ...fromApp }
    const answer = await api('POST /auth/logout', { cookies: [cookieOf(login)], headers })
    expect(answer).toMatchObject({ status: 204, body: undefined })
    expect(answer.cookies).toEqual([
      '__Host-cardea_refresh=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict',
    ])
    expect(parts.tables.sessions.size).toBe(0)
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
  })

  it.each(['refresh token', 'access token'] as const)('takes a %s alone', async (which) => {
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

  it('works with an expired access token beside a good refresh token', async () => {
    const { parts, api, login } = await withAda('body')
    parts.clock.advance(1000)
    const request = { body: { refreshToken: login.body.refreshToken }, headers: bearer(login) }
    expect(await api('POST /auth/logout', request)).toMatchObject({ status: 204 })
    expect(parts.tables.sessions.size).toBe(0)
  })

  it('is no error a second time, nor with nothing or garbage to end', async () => {
    const { api, login } = await withAda('body')
    const body = { refreshToken: login.body.refreshToken }
    for (const request of [{ body }, { body }, { body: {} }, { body: { refreshToken: 'garbage' } }]) {
      expect(await api('POST /auth/logout', request)).toMatchObject({ status: 204 })
    }
    const garbage = { headers: { ...json, authorization: 'Bearer a.b.c' } }
    expect(await api('POST /auth/logout', garbage)).toMatchObject({ status: 204 })
  })

  it('by a cookie is refused from a foreign page: nobody logs another out', async () => {
    const { parts, api, login } = await withAda('cookie')
    const headers = { ...json, origin: 'https://evil.example' }
    const answer = await api('POST /auth/logout', { cookies: [cookieOf(login)], headers })
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } })
    expect(parts.tables.sessions.size).toBe(1)
  })

  it('ends one session of several', async () => {
    const { parts, api, login } = await withAda('body')
    const other = await logIn(api)
    await api('POST /auth/logout', { body: { refreshToken: login.body.refreshToken } })
    expect(parts.tables.sessions.size).toBe(1)
    expect(await api('GET /users/me', { headers: bearer(other) })).toMatchObject({ status: 200 })
  })
})
