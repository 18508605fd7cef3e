import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import { LONGEST_ACCESS_TOKEN_SECONDS } from '../../../lib/domain/lifetimes.ts'
import type { Answer, Request } from './api.ts'
import { expectGatewayRefusal, type Run } from './run.ts'

/** A browser keeps a cookie for 400 days at most (rfc6265bis). */
const LONGEST_COOKIE_SECONDS = 400 * 86_400

/** Expects a token response, and remembers its refresh token for the clean-up. */
export async function tokensFrom({ api, account }: Run, route: string, request: Request) {
  const answer = await api(route, { ...request, expect: 200 })
  const { header, body, cookies } = answer
  const cookie = /=([^;]+)/.exec(cookies[0] ?? '')?.[1]
  const { accessToken, refreshToken = cookie, user } = body
  if (refreshToken) account.refreshTokens.add(refreshToken)
  assert(typeof accessToken === 'string', 'there is no access token')
  assert(body.tokenType === 'Bearer' && body.expiresIn > 0, 'tokenType or expiresIn is wrong')
  assert(typeof user?.id === 'string', 'there is no user')
  assert(header('cache-control') === 'no-store', 'caches may store the tokens')
  assert(typeof refreshToken === 'string' && refreshToken, 'there is no refresh token')
  if (request.headers) {
    assert(!('refreshToken' in body), 'the refresh token is in the body as well')
    const { seconds } = refreshCookieIn(answer)
    assert(seconds > 0 && seconds <= LONGEST_COOKIE_SECONDS, `the cookie lives for ${seconds} s`)
  } else {
    assert('refreshToken' in body, 'the refresh token is not in the body')
    assert(cookies.length === 0, 'there is a cookie as well')
  }
  return { accessToken, refreshToken, user }
}

/** The only cookie. It must have every attribute that protects it, and none that weakens it (rfc6265bis 4.1.3.2). */
export function refreshCookieIn({ cookies }: Answer): { value: string; seconds: number } {
  assert(cookies.length === 1, 'there is not exactly one cookie')
  const [, name, value = '', attributes = ''] = /^([^=]*)=([^;]*)(.*)/.exec(String(cookies)) ?? []
  assert(name === REFRESH_COOKIE, `the cookie is not ${REFRESH_COOKIE}`)
  const given = attributes.toLowerCase().split(/;\s*/)
  for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/'])
    assert(given.includes(attribute.toLowerCase()), `the cookie is not ${attribute}`)
  assert(!given.some((each) => each.startsWith('domain')), 'the cookie has a Domain')
  const seconds = given.find((each) => each.startsWith('max-age='))?.slice('max-age='.length)
  assert(seconds, 'the cookie has no Max-Age')
  return { value, seconds: Number(seconds) }
}

/** Verifies an access token like any other service, with the published keys only. Returns a note. */
export async function expectVerified(token: string, { keys }: Run, subject: string): Promise<string> {
  const requiredClaims = ['iss', 'aud', 'iat', 'exp']
  const rules = { algorithms: ['RS256'], typ: 'at+jwt', subject, requiredClaims, clockTolerance: 60 }
  const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), rules)
  const { iss, iat = 0, exp = 0 } = payload
  const [seconds, skew] = [exp - iat, Math.round(Math.abs(Date.now() / 1000 - iat))]
  assert(seconds > 0 && seconds <= LONGEST_ACCESS_TOKEN_SECONDS, `it lives for ${seconds} s`)
  assert(skew < 60, `its clock and the local clock differ by ${skew} s`)
  return `RS256, ${seconds} s, iss ${String(iss).slice(0, 100)}`
}

/** How much longer than promised a revoked token is tried, to tell how late it was refused. */
const EXTRA_MS = 3000

/** Expects that an access token is refused as soon as the authorizer's cache allows. Returns a note. */
export async function expectRevoked(run: Run, bearer: string): Promise<string> {
  const promised = run.options.cacheSeconds * 1000
  const start = performance.now()
  for (let requests = 1; ; requests++) {
    const answer = await run.api('GET /users/me', { bearer })
    const waited = performance.now() - start
    const seconds = `${(waited / 1000).toFixed(1)} s`
    if (answer.status !== 200) {
      expectGatewayRefusal(run, answer, 401)
      assert(requests === 1 || waited < promised, `accepted for another ${seconds}`)
      return requests === 1 ? `by the next request, ${Math.round(waited)} ms` : `after ${seconds}`
    }
    assert(waited < promised + EXTRA_MS, `still accepted after ${seconds}`)
    await wait(200)
  }
}
