import { createPublicKey, verify } from 'node:crypto'
import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import { LONGEST_ACCESS_TOKEN_SECONDS } from '../../../lib/domain/lifetimes.ts'
import type { Answer } from './api.ts'
import { expectThat, jsonOf, type Received } from './expect.ts'
import type { Jwk } from './public-checks.ts'

/** Notes the newest refresh token that was given, for whoever cleans up. */
export function remember(answer: Answer, open: Set<string>): void {
  const [line = ''] = answer.headers.getSetCookie()
  const token = /=([^;]+)/.exec(line)?.[1] ?? /"refreshToken":"([^"]+)"/.exec(answer.text)?.[1]
  if (token) open.add(token)
}

/** The body of an answer that grants tokens. */
export function tokenPairOf(answer: Answer): Received {
  const body = jsonOf(answer)
  expectThat(typeof body.accessToken === 'string', 'there is no access token')
  expectThat(body.tokenType === 'Bearer' && body.expiresIn > 0, 'tokenType or expiresIn is wrong')
  expectThat(typeof body.user?.id === 'string', 'there is no user')
  expectThat(answer.headers.get('cache-control') === 'no-store', 'tokens may be stored by caches')
  return body
}

/** The one cookie, if it has every attribute that it must, and none that would make it weaker (rfc6265bis 4.1.3.2). */
export function refreshCookieOf({ headers }: Answer): { value: string; seconds: number } {
  const [line = '', ...others] = headers.getSetCookie()
  expectThat(line !== '' && others.length === 0, 'there is not exactly one cookie')
  const [pair = '', ...attributes] = line.split(/;\s*/)
  const [name, value = ''] = pair.split(/=(.*)/)
  expectThat(name === REFRESH_COOKIE, `the cookie is not ${REFRESH_COOKIE}`)
  const has = new Map(
    attributes.map((each): [string, string] => {
      const [attribute = '', value = ''] = each.toLowerCase().split('=', 2)
      return [attribute, value]
    }),
  )
  expectThat(has.has('secure'), 'the cookie is not Secure')
  expectThat(has.has('httponly'), 'the cookie is not HttpOnly')
  expectThat(has.get('samesite') === 'strict', 'the cookie is not SameSite=Strict')
  expectThat(has.get('path') === '/', 'the cookie is not for Path=/')
  expectThat(!has.has('domain'), 'the cookie has a Domain')
  expectThat(has.has('max-age'), 'the cookie has no Max-Age')
  return { value, seconds: Number(has.get('max-age')) }
}

/** Verifies as another service would, with nothing but the published keys; says what is good to know of the token. */
export function verified(token: string, keys: readonly Jwk[], userId: string): string {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const [header, claims] = [head, payload].map(
    (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Received,
  )
  expectThat(header.alg === 'RS256', 'it is not signed with RS256')
  expectThat(header.typ === 'at+jwt', 'its typ is not at+jwt')
  const key = keys.find(({ kid }) => kid === header.kid)
  expectThat(key, 'its kid is not among the published keys')
  const isGood = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${payload}`),
    createPublicKey({ key, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  )
  expectThat(isGood, 'its signature is not of that key')
  const life = claims.exp - claims.iat
  expectThat(life > 0 && life <= LONGEST_ACCESS_TOKEN_SECONDS, `it lives for ${life} s`)
  const skew = Math.abs(Date.now() / 1000 - claims.iat)
  expectThat(skew < 60, `its clock and ours differ by ${Math.round(skew)} s`)
  expectThat(claims.sub === userId, 'its sub is not the user')
  expectThat(claims.iss && claims.aud, 'it has no iss or no aud')
  return `RS256, ${life} s, iss ${String(claims.iss).slice(0, 100)}`
}

/** The token with another first character in its signature. */
export function tampered(token: string): string {
  const at = token.lastIndexOf('.') + 1
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
