import { gateway, type TestAnswer } from '../../lib/testing/gateway.ts'
import { bearer, cookieOf, fromApp, logIn, signedUp } from '../../lib/testing/people.ts'
import { world } from '../../lib/testing/world.ts'

const withAda = async (transport: 'cookie' | 'body') => {
  const parts = world()
  const api = gateway(parts)
  await signedUp(api)
  const login = await logIn(api, transport)
  const refresh = ({ body }: TestAnswer) =>
    api('POST /auth/refresh', { body: { refreshToken: body.refreshToken } })
  return { parts, api, login, refresh, cookie: cookieOf(login) }
}
const json = { 'content-type': 'application/json' }

describe('POST /auth/refresh with a cookie', () => {
  it('gives the next pair, the refresh token in the next cookie', async () => {
    const { api, login, cookie } = await withAda('cookie')
    const next = await api('POST /auth/refresh', { cookies: [cookie], headers: { ...json, ...fromApp } })
    expect(next).toMatchObject({
      status: 200,
      body: { tokenType: 'Bearer', expiresIn: 900, user: login.body.user },
    })
    expect(next.body).not.toHaveProperty('refreshToken')
    expect(cookieOf(next)).toMatch(/^__Host-cardea_refresh=/)
    expect(cookieOf(next)).not.toBe(cookie)
    expect(next.headers['cache-control']).toBe('no-store')
    expect(await api('GET /users/me', { headers: bearer(next) })).toMatchObject({ status: 200 })
  })

  it.each<[string, Record<string, string>]>([
    ['an allowed origin', { origin: 'https://app.example.com' }],
    ['an allowed origin, as the browser confirms', fromApp],
    ['the API’s own origin', { origin: 'https://auth.example.com', 'sec-fetch-site': 'same-origin' }],
    ['its own page, of which the browser says no more', { 'sec-fetch-site': 'same-origin' }],
    ['an allowed origin, the header in another case', { Origin: 'https://app.example.com' }],
  ])('is taken from %s', async (_, headers) => {
    const { api, cookie } = await withAda('cookie')
    expect(
      await api('POST /auth/refresh', { cookies: [cookie], headers: { ...json, ...headers } }),
    ).toMatchObject({ status: 200 })
  })

  it.each<[string, Record<string, string>]>([
    ['nobody who says where from', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['a part of an allowed origin', { origin: 'https://app.example.co' }],
    ['more than an allowed origin', { origin: 'https://app.example.com.evil.example' }],
    ['an allowed host by http', { origin: 'http://app.example.com' }],
    ['no origin', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['two origins', { origin: 'https://app.example.com,https://evil.example' }],
    ['another site, whatever its origin', { ...fromApp, 'sec-fetch-site': 'cross-site' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['a sister site without an origin', { 'sec-fetch-site': 'same-site' }],
  ])('is refused from %s, and nothing moves', async (_, headers) => {
    const { parts, api, cookie } = await withAda('cookie')
    const answer = await api('POST /auth/refresh', { cookies: [cookie], headers: { ...json, ...headers } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } })
    expect([...parts.tables.sessions.values()][0]?.generation).toBe(1)
  })

  it('must be JSON', async () => {
    const { api, cookie } = await withAda('cookie')
    const answer = await api('POST /auth/refresh', { cookies: [cookie], headers: fromApp })
    expect(answer).toMatchObject({ status: 415 })
  })

  it('refuses two cookies of the name, and a cookie beside a token in the body', async () => {
    const { api, login, cookie } = await withAda('cookie')
    const headers = { ...json, ...fromApp }
    const twice = await api('POST /auth/refresh', { cookies: ['a=b', cookie, `${cookie}x`], headers })
    expect(twice).toMatchObject({ status: 400, body: { errors: [{ path: '__Host-cardea_refresh' }] } })
    const both = await api('POST /auth/refresh', {
      cookies: [cookie],
      headers,
      body: { refreshToken: cookie.slice(22) },
    })
    expect(both).toMatchObject({ status: 400, body: { errors: [{ path: 'refreshToken' }] } })
    expect(login.status).toBe(200)
  })

  it('finds it among other cookies, and takes no other for it', async () => {
    const { api, cookie } = await withAda('cookie')
    const headers = { ...json, ...fromApp }
    const among = ['theme=dark', `X${cookie}`, cookie, '__Host-cardea_refresh2=x']
    expect(await api('POST /auth/refresh', { cookies: among, headers })).toMatchObject({ status: 200 })
    const other = [cookie.replace('__Host-', ''), cookie.replace('refresh', 'Refresh')]
    expect(await api('POST /auth/refresh', { cookies: other, headers })).toMatchObject({ status: 401 })
  })
})

describe('POST /auth/refresh with a token in the body', () => {
  it('gives the next pair in the body, and needs no origin', async () => {
    const { login, refresh } = await withAda('body')
    const next = await refresh(login)
    expect(next).toMatchObject({ status: 200, cookies: [] })
    expect(next.body.refreshToken).not.toBe(login.body.refreshToken)
    expect(await refresh(next)).toMatchObject({ status: 200 })
  })

  it('without a token is 401 invalid_refresh_token', async () => {
    const { api } = await withAda('body')
    expect(await api('POST /auth/refresh', { body: {} })).toMatchObject({
      status: 401,
      body: { code: 'invalid_refresh_token' },
    })
    const garbage = await api('POST /auth/refresh', { body: { refreshToken: 'garbage' } })
    expect(garbage).toMatchObject({ status: 401, body: { code: 'invalid_refresh_token' } })
  })

  it('after a log-out is 401 session_ended', async () => {
    const { api, login, refresh } = await withAda('body')
    await api('POST /auth/logout', { body: { refreshToken: login.body.refreshToken } })
    expect(await refresh(login)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
  })

  it('with a token of two generations ago is 401 refresh_token_reused, and the session is over', async () => {
    const { api, login, refresh } = await withAda('body')
    const newest = await refresh(await refresh(login))
    expect(await refresh(login)).toMatchObject({ status: 401, body: { code: 'refresh_token_reused' } })
    expect(await refresh(newest)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    expect(await api('GET /users/me', { headers: bearer(newest) })).toMatchObject({ status: 401 })
  })

  it('answers fifty at once with 200, and there is one generation', async () => {
    const { parts, login, refresh } = await withAda('body')
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(login)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect([...parts.tables.sessions.values()].map(({ generation }) => generation)).toEqual([2])
  })
})
