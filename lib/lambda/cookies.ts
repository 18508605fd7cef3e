import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { FLOW_COOKIE, REFRESH_COOKIE } from '../contract/contract.ts'
import { withoutBlanks } from './whitespace.ts'

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** The refresh token cookie for a browser, kept for as long as the token is valid. */
export const refreshCookie = (token: string, maxAgeSeconds: number): string =>
  `${REFRESH_COOKIE}=${token}; Max-Age=${maxAgeSeconds}; ${attributes}`

/** Deletes the cookie; the attributes must be the same as when it was set. */
export const clearedRefreshCookie = `${REFRESH_COOKIE}=; Max-Age=0; ${attributes}`

/** How long the flow cookie is kept: as long as a flow may take. */
const FLOW_COOKIE_SECONDS = 600

/**
 * The cookie that binds a flow to its browser. `Lax`, because the provider sends the browser back from its own site, and such a
 * navigation carries no `Strict` cookie (rfc6265bis 5.5.7).
 */
export const flowCookie = (value: string): string =>
  `${FLOW_COOKIE}=${value}; Max-Age=${FLOW_COOKIE_SECONDS}; Path=/; Secure; HttpOnly; SameSite=Lax`

type CookieEvent = Pick<APIGatewayProxyEventV2, 'cookies'>

/**
 * The values of our cookie; a browser sends one. Only space and tab are trimmed (rfc6265bis 5.6). JavaScript's `trim` would
 * also accept a name that begins with U+00A0, which `__Host-` does not protect.
 */
const valuesOf = (name: string, { cookies }: CookieEvent): readonly string[] =>
  (cookies ?? [])
    .map(withoutBlanks)
    .filter((cookie) => cookie.startsWith(`${name}=`))
    .map((cookie) => cookie.slice(name.length + 1))

export const refreshCookiesOf = (event: CookieEvent): readonly string[] =>
  valuesOf(REFRESH_COOKIE, event).filter((value) => value !== '')

/** The different values of the flow cookie that we could have made. */
export const flowCookiesOf = (event: CookieEvent): readonly string[] => [
  ...new Set(valuesOf(FLOW_COOKIE, event).filter((value) => /^[\w-]{43}$/.test(value))),
]
