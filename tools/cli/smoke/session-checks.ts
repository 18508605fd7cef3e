import assert from 'node:assert/strict'
import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import { user as publicUser } from '../../../lib/contract/models.ts'
import { expectBody } from './api.ts'
import { unlistedOrigin } from './public-checks.ts'
import type { Run } from './run.ts'
import { expectRevoked, expectVerified, protection, refreshCookieIn, tokensFrom } from './tokens.ts'

/** A session of a browser from login to logout. */
export async function browserChecks(run: Run): Promise<void> {
  const { api, check, need, skipped, settings } = run
  // A page of the listed origin, or of the API's own origin.
  const { origin } = settings
  const page: Record<string, string> = origin ? { origin } : { 'sec-fetch-site': 'same-origin' }
  const refuse = (cookie: string, expect: number, code: string, headers = page) =>
    api('POST /auth/refresh', { body: {}, headers, cookie, expect, code })

  const login = await need('login gives an access token and sets the refresh cookie', async () => {
    const tokens = await tokensFrom(run, 'POST /auth/login', { body: run.login, headers: page })
    return { ...tokens, note: [REFRESH_COOKIE, ...protection].join('; ') }
  })
  const { accessToken: bearer, user } = login
  await check('the access token verifies with the published keys', () => expectVerified(bearer, run, user.id))
  await check('the access token reads its own account, without extra fields', async () => {
    const { body } = await api('GET /users/me', { bearer, expect: 200 })
    assert(body.email === run.login.email && body.id === user.id, 'it reads the account of another user')
    expectBody(publicUser, body)
  })
  const listing = { bearer, expect: 403, code: 'forbidden' }
  if (user.roles.includes('admin')) skipped.push('that a user may not list users: this is an administrator')
  else await check('a user may not list users', () => api('GET /users', listing))
  await check('a token with a changed signature is 401', () => {
    const changed = bearer.replace(/[^.]+$/, (signature) => signature.toLowerCase())
    return api('GET /users/me', { bearer: changed, expect: 401, code: 'gateway' })
  })
  await check('the cookie is refused from an unlisted or unknown origin', async () => {
    for (const headers of [{ origin: unlistedOrigin }, {}])
      await refuse(login.refreshToken, 403, 'origin_not_allowed', headers)
  })
  const next = await need('refresh gives a new access token and a new cookie', async () => {
    const request = { body: {}, headers: page, cookie: login.refreshToken }
    const tokens = await tokensFrom(run, 'POST /auth/refresh', request)
    assert(tokens.refreshToken !== login.refreshToken, 'the cookie is the same')
    await api('GET /users/me', { bearer: tokens.accessToken, expect: 200 })
    return tokens
  })
  const cookie = next.refreshToken
  await need('logout clears the cookie', async () => {
    const answer = await api('POST /auth/logout', { body: {}, headers: page, cookie, expect: 204 })
    run.refreshTokens.clear()
    const { value, seconds } = refreshCookieIn(answer)
    assert(value === '' && seconds === 0, 'the cookie stays')
  })
  await check('after logout the access tokens are refused', async () => {
    const note = await expectRevoked(run, next.accessToken)
    await expectRevoked(run, bearer)
    return note
  })
  await check('after logout the cookie is refused', () => refuse(cookie, 401, 'session_ended'))
}

/** A session of another client, whose refresh token is stolen. */
export async function reuseChecks(run: Run): Promise<void> {
  const { api, check, need } = run
  const refresh = (refreshToken: string) => tokensFrom(run, 'POST /auth/refresh', { body: { refreshToken } })
  const refuse = (refreshToken: string, code: string) =>
    api('POST /auth/refresh', { body: { refreshToken }, expect: 401, code })

  const login = await need('login with transport "body" gives both tokens in the body', () =>
    tokensFrom(run, 'POST /auth/login', { body: { ...run.login, transport: 'body' } }),
  )
  const newest = await need('each refresh gives a new refresh token', async () => {
    const second = await refresh(login.refreshToken)
    const third = await refresh(second.refreshToken)
    const all = [login, second, third].map(({ refreshToken }) => refreshToken)
    assert(new Set(all).size === 3, 'two are the same')
    return third
  })
  await check('the reuse of an old refresh token ends the session', async () => {
    await refuse(login.refreshToken, 'refresh_token_reused')
    await refuse(newest.refreshToken, 'session_ended')
    run.refreshTokens.clear()
  })
  await check('after the reuse the access token is refused', () => expectRevoked(run, newest.accessToken))
}
