import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { REFRESH_COOKIE } from '../contract/contract.ts'
import { withoutBlanks } from './whitespace.ts'

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** The refresh token cookie for a browser, kept for as long as the token is valid. */
export const refreshCookie = (token: string, maxAgeSeconds: number): string =>
  `${REFRESH_COOKIE}=${token}; Max-Age=${maxAgeSeconds}; ${attributes}`

/** Deletes the cookie; the attributes must be the same as when it was set. */
export const clearedRefreshCookie = `${REFRESH_COOKIE}=; Max-Age=0; ${attributes}`

/**
 * The values of our cookie; a browser sends one. Only space and tab are trimmed (rfc6265bis 5.6). JavaScript's `trim` would
 * also accept a name that begins with U+00A0, which `__Host-` does not protect.
 */
export const refreshCookiesOf = ({ cookies }: Pick<APIGatewayProxyEventV2, 'cookies'>): readonly string[] =>
  (cookies ?? [])
    .map(withoutBlanks)
    .filter((cookie) => cookie.startsWith(`${REFRESH_COOKIE}=`))
    .map((cookie) => cookie.slice(REFRESH_COOKIE.length + 1))
    .filter((value) => value !== '')
