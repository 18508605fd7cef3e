import assert from 'node:assert/strict'
import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import { unlistedOrigin } from './public-checks.ts'
import { expectGatewayRefusal, type Run } from './run.ts'
import { expectRevoked, expectVerified, refreshCookieIn, tokensFrom } from './tokens.ts'

/** A session of a browser from login to logout. */
export async function browserChecks(run: Run): Promise<void> {
  const { api, check, account, skipped } = run
  const { login: credentials, refreshTokens } = account
  const { origin } = run.options
  // A page of the listed origin, or of the API's own origin.
  const page: Record<string, string> = origin ? { origin } : { 'sec-fetch-site': 'same-origin' }
  const refuse = (cookie: string, expect: number, code: string, headers = page) =>
    api('POST /auth/refresh', { body: {}, headers, cookie, expect, code })

  const login = await check('login gives an access token and sets the refresh cookie', async () => {
    const tokens = await tokensFrom(run, 'POST /auth/login', { body: credentials, headers: page })
    return { ...tokens, note: `${REFRESH_COOKIE}; Secure; HttpOnly; SameSite=Strict; Path=/` }
  })
  if (!login) return
  const { accessToken: bearer, user } = login
  await check('the access token verifies with the published keys', () => expectVerified(bearer, run, user.id))
  await check('the access token reads its own account, without extra fields', async () => {
    const { body } = await api('GET /users/me', { bearer, expect: 200 })
    assert(body.email === credentials.email && body.id === user.id, 'it reads the account of another user')
    const fields = ['createdAt', 'email', 'emailVerified', 'id', 'name', 'roles']
    const extra = Object.keys(body).filter((name) => !fields.includes(name))
    assert(extra.length === 0, `extra fields: ${extra.map((name) => name.slice(0, 20)).join(', ')}`)
  })
  if (user.roles?.includes('admin')) skipped.push('that a user may not list users: this is an administrator')
  else
    await check('a user may not list users', () =>
      api('GET /users', { bearer, expect: 403, code: 'forbidden' }),
    )
  await check('a token with a changed signature is 401', async () => {
    const changed = bearer.replace(/[^.]+$/, (signature: string) => signature.toLowerCase())
    return expectGatewayRefusal(run, await api('GET /users/me', { bearer: changed }), 401)
  })
  await check('the cookie is refused from an unlisted or unknown origin', async () => {
    for (const headers of [{ origin: unlistedOrigin }, {}])
      await refuse(login.refreshToken, 403, 'origin_not_allowed', headers)
  })
  const next = await check('refresh gives a new access token and a new cookie', async () => {
    const request = { body: {}, headers: page, cookie: login.refreshToken }
    const tokens = await tokensFrom(run, 'POST /auth/refresh', request)
    assert(tokens.refreshToken !== login.refreshToken, 'the cookie is the same')
    await api('GET /users/me', { bearer: tokens.accessToken, expect: 200 })
    return tokens
  })
  if (!next) return
  const cookie = next.refreshToken
  const logout = await check('logout clears the cookie', async () => {
    const answer = await api('POST /auth/logout', { body: {}, headers: page, cookie, expect: 204 })
    refreshTokens.clear()
    const { value, seconds } = refreshCookieIn(answer)
    assert(value === '' && seconds === 0, 'the cookie stays')
  })
  if (logout === false) return
  await check('after logout the access tokens are refused', async () => {
    const note = await expectRevoked(run, next.accessToken)
    await expectRevoked(run, bearer)
    return note
  })
  await check('after logout the cookie is refused', () => refuse(cookie, 401, 'session_ended'))
}

/** A session of another client, whose refresh token is stolen. */
export async function reuseChecks(run: Run): Promise<void> {
  const { api, check, account } = run
  const { login: credentials, refreshTokens } = account
  const refresh = (refreshToken: string) => tokensFrom(run, 'POST /auth/refresh', { body: { refreshToken } })
  const refuse = (refreshToken: string, code: string) =>
    api('POST /auth/refresh', { body: { refreshToken }, expect: 401, code })

  const login = await check('login with transport "body" gives both tokens in the body', () =>
    tokensFrom(run, 'POST /auth/login', { body: { ...credentials, transport: 'body' } }),
  )
  if (!login) return
  const newest = await check('each refresh gives a new refresh token', async () => {
    const second = await refresh(login.refreshToken)
    const third = await refresh(second.refreshToken)
    const all = [login, second, third].map(({ refreshToken }) => refreshToken)
    assert(new Set(all).size === 3, 'two are the same')
    return third
  })
  if (!newest) return
  await check('the reuse of an old refresh token ends the session', async () => {
    await refuse(login.refreshToken, 'refresh_token_reused')
    await refuse(newest.refreshToken, 'session_ended')
    refreshTokens.clear()
  })
  await check('after the reuse the access token is refused', () => expectRevoked(run, newest.accessToken))
}
