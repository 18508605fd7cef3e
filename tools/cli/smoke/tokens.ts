import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type * as z from 'zod/mini'
import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import { tokenResponse } from '../../../lib/contract/models.ts'
import { LONGEST_ACCESS_TOKEN_SECONDS } from '../../../lib/domain/lifetimes.ts'
import { type Answer, expectBody, type Request } from './api.ts'
import type { Run } from './run.ts'

/** A browser keeps a cookie for 400 days at most (rfc6265bis). */
const LONGEST_COOKIE_SECONDS = 400 * 86_400

/** Expects a token response, and remembers its refresh token for the clean-up. With headers, it is a browser's request. */
export async function tokensFrom({ api, refreshTokens }: Run, route: string, request: Request) {
  const answer = await api(route, { ...request, expect: 200 })
  const { header, body, cookies } = answer
  const refreshToken = body.refreshToken ?? /=([^;]+)/.exec(cookies[0] ?? '')?.[1]
  if (refreshToken) refreshTokens.add(refreshToken)
  expectBody(tokenResponse, body)
  assert(body.expiresIn > 0, 'expiresIn is wrong')
  assert(header('cache-control') === 'no-store', 'caches may store the tokens')
  assert(refreshToken, 'there is no refresh token')
  assert('refreshToken' in body === !request.headers, 'the refresh token is in the wrong place')
  if (request.headers) {
    const { seconds } = refreshCookieIn(answer)
    assert(seconds > 0 && seconds <= LONGEST_COOKIE_SECONDS, `the cookie lives for ${seconds} s`)
  } else assert(cookies.length === 0, 'there is a cookie as well')
  const { accessToken, user }: z.infer<typeof tokenResponse> = body
  return { accessToken, refreshToken: String(refreshToken), user }
}

export const protection = ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']

/** The only cookie. It must have every attribute that protects it, and none that weakens it (rfc6265bis 4.1.3.2). */
export function refreshCookieIn({ cookies }: Answer): { value: string; seconds: number } {
  assert(cookies.length === 1, 'there is not exactly one cookie')
  const [, name, value = '', attributes = ''] = /^([^=]*)=([^;]*)(.*)/.exec(String(cookies)) ?? []
  assert(name === REFRESH_COOKIE, `the cookie is not ${REFRESH_COOKIE}`)
  const given = attributes.toLowerCase().split(/;\s*/)
  for (const attribute of protection)
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
const EXTRA_SECONDS = 3

/** Expects that an access token is refused as soon as the authorizer's cache allows. Returns a note. */
export async function expectRevoked(
  { api, settings: { cacheSeconds } }: Run,
  bearer: string,
): Promise<string> {
  const start = performance.now()
  let accepted = 0
  while ((await api('GET /users/me', { bearer })).status === 200) {
    accepted = (performance.now() - start) / 1000
    assert(accepted < cacheSeconds + EXTRA_SECONDS, `still accepted after ${accepted.toFixed(1)} s`)
    await wait(200)
  }
  await api('GET /users/me', { bearer, expect: 401, code: 'gateway' })
  assert(accepted <= cacheSeconds, `accepted for another ${accepted.toFixed(1)} s`)
  return accepted === 0 ? 'by the next request' : `after ${accepted.toFixed(1)} s`
}
