import { gateway, type TestAnswer } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { bearer, cookieOf, fromApp, logIn, signedUp } from '../../tools/testing/test-users.ts'

const withAda = async (transport: 'cookie' | 'body') => {
  const services = testServices()
  const api = gateway(services)
  await signedUp(api)
  const login = await logIn(api, transport)
  const refresh = ({ body }: TestAnswer) =>
    api('POST /auth/refresh', { body: { refreshToken: body.refreshToken } })
  return { services, api, login, refresh, cookie: cookieOf(login) }
}
const json = { 'content-type': 'application/json' }

describe('POST /auth/refresh with a cookie', () => {
  it('answers the next tokens, the refresh token in the next cookie', async () => {
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
    ['an allowed origin, as the browser reports it', fromApp],
    ['the API’s own origin', { origin: 'https://auth.example.com', 'sec-fetch-site': 'same-origin' }],
    ['its own page, where the browser sends no origin', { 'sec-fetch-site': 'same-origin' }],
    ['an allowed origin, the header in another case', { Origin: 'https://app.example.com' }],
  ])('is accepted from %s', async (_, headers) => {
    const { api, cookie } = await withAda('cookie')
    expect(
      await api('POST /auth/refresh', { cookies: [cookie], headers: { ...json, ...headers } }),
    ).toMatchObject({ status: 200 })
  })

  it.each<[string, Record<string, string>]>([
    ['a client that sends no origin', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['a prefix of an allowed origin', { origin: 'https://app.example.co' }],
    ['an origin that begins like an allowed one', { origin: 'https://app.example.com.evil.example' }],
    ['an allowed host by http', { origin: 'http://app.example.com' }],
    ['the origin "null"', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['two origins', { origin: 'https://app.example.com,https://evil.example' }],
    ['another site, whatever its origin', { ...fromApp, 'sec-fetch-site': 'cross-site' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['a sister site without an origin', { 'sec-fetch-site': 'same-site' }],
  ])('is refused from %s, and the session is unchanged', async (_, headers) => {
    const { services, api, cookie } = await withAda('cookie')
    const answer = await api('POST /auth/refresh', { cookies: [cookie], headers: { ...json, ...headers } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } })
    expect([...services.tables.sessions.values()][0]?.generation).toBe(1)
  })

  it('needs no body and no content type, but refuses a body that is not JSON', async () => {
    const { api, cookie } = await withAda('cookie')
    const refresh = (request: object) =>
      api('POST /auth/refresh', { cookies: [cookie], headers: fromApp, ...request })
    expect(await refresh({})).toMatchObject({ status: 200, cookies: [expect.any(String)] })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      for (const body of ['{}', ''])
        expect(await refresh({ body, headers: { ...fromApp, 'content-type': type } })).toMatchObject({
          status: 415,
        })
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect(await refresh({ headers: foreign })).toMatchObject({ status: 403, cookies: [] })
    expect(await refresh({ headers: {} })).toMatchObject({ status: 403, cookies: [] })
  })

  it('ignores the cookie beside a token in the body, which needs no origin', async () => {
    const { services, api, cookie } = await withAda('cookie')
    const { refreshToken } = (await logIn(api)).body
    for (const cookies of [[cookie], [cookie, `${cookie}x`], ['__Host-cardea_refresh=nonsense']]) {
      const answer = await api('POST /auth/refresh', { cookies, body: { refreshToken } })
      expect(answer).toMatchObject({ status: 200, body: { refreshToken: expect.any(String) }, cookies: [] })
    }
    const generations = [...services.tables.sessions.values()].map(({ generation }) => generation)
    expect(generations.sort()).toEqual([1, 2])
  })

  it('keeps a cookie that is refused: a late refusal must not delete the cookie of a newer login', async () => {
    const { services, api, cookie } = await withAda('cookie')
    services.tables.sessions.clear()
    const answer = await api('POST /auth/refresh', { cookies: [cookie], headers: fromApp })
    expect(answer).toMatchObject({ status: 401, body: { code: 'session_ended' }, cookies: [] })
  })

  it('refuses two refresh cookies', async () => {
    const { api, cookie } = await withAda('cookie')
    const headers = { ...json, ...fromApp }
    const twice = await api('POST /auth/refresh', { cookies: ['a=b', cookie, `${cookie}x`], headers })
    expect(twice).toMatchObject({ status: 400, body: { errors: [{ path: '__Host-cardea_refresh' }] } })
  })

  it('finds its cookie among others, and accepts no similar name', async () => {
    const { api, cookie } = await withAda('cookie')
    const headers = { ...json, ...fromApp }
    const among = ['theme=dark', `X${cookie}`, cookie, '__Host-cardea_refresh2=x']
    expect(await api('POST /auth/refresh', { cookies: among, headers })).toMatchObject({ status: 200 })
    const other = [cookie.replace('__Host-', ''), cookie.replace('refresh', 'Refresh')]
    expect(await api('POST /auth/refresh', { cookies: other, headers })).toMatchObject({ status: 401 })
    expect(await api('POST /auth/refresh', { cookies: [` \t${cookie}\t `], headers })).toMatchObject({
      status: 200,
    })
  })

  // JavaScript trims these characters and RFC 6265 does not. Another host of the site can set such a name, which `__Host-` does not guard.
  it.each(
    [...'\v\f\r\n\u00a0\u1680\u2000\u2001\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'].map((each) => [
      each.charCodeAt(0).toString(16),
      each,
    ]),
  )('accepts no cookie whose name begins with U+%s', async (_, blank) => {
    const { api, cookie } = await withAda('cookie')
    const headers = { ...json, ...fromApp }
    const answer = await api('POST /auth/refresh', { cookies: [`${blank}${cookie}`], headers })
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_refresh_token' } })
  })
})

describe('POST /auth/refresh with a token in the body', () => {
  it('answers the next tokens in the body, and needs no origin', async () => {
    const { login, refresh } = await withAda('body')
    const next = await refresh(login)
    expect(next).toMatchObject({ status: 200, cookies: [] })
    expect(next.body.refreshToken).not.toBe(login.body.refreshToken)
    expect(await refresh(next)).toMatchObject({ status: 200 })
  })

  it('answers 401 invalid_refresh_token without a token', async () => {
    const { api } = await withAda('body')
    expect(await api('POST /auth/refresh', { body: {} })).toMatchObject({
      status: 401,
      body: { code: 'invalid_refresh_token' },
    })
    const garbage = await api('POST /auth/refresh', { body: { refreshToken: 'garbage' } })
    expect(garbage).toMatchObject({ status: 401, body: { code: 'invalid_refresh_token' } })
  })

  it('answers 401 session_ended after a logout', async () => {
    const { api, login, refresh } = await withAda('body')
    await api('POST /auth/logout', { body: { refreshToken: login.body.refreshToken } })
    expect(await refresh(login)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
  })

  it('answers 401 refresh_token_reused for a token of two generations ago, and ends the session', async () => {
    const { api, login, refresh } = await withAda('body')
    const newest = await refresh(await refresh(login))
    expect(await refresh(login)).toMatchObject({ status: 401, body: { code: 'refresh_token_reused' } })
    expect(await refresh(newest)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    expect(await api('GET /users/me', { headers: bearer(newest) })).toMatchObject({ status: 401 })
  })

  it('answers fifty at once with 200, and moves to one next generation', async () => {
    const { services, login, refresh } = await withAda('body')
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(login)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect([...services.tables.sessions.values()].map(({ generation }) => generation)).toEqual([2])
  })
})
