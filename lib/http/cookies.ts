import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { REFRESH_COOKIE } from '../contract/contract.ts'
import { Refusal } from '../domain/refusal.ts'

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** The refresh token for a browser, kept for as long as it can be used. */
export const refreshCookie = (token: string, maxAgeSeconds: number): string =>
  `${REFRESH_COOKIE}=${token}; Max-Age=${maxAgeSeconds}; ${attributes}`

/** Forgets the refresh token; the attributes must be those that it was set with. */
export const clearedRefreshCookie = `${REFRESH_COOKIE}=; Max-Age=0; ${attributes}`

/** The cookie's value, if it was sent. Two of one name come in no order (rfc6265bis 5.8.3): refused. */
export function refreshCookieOf(event: APIGatewayProxyEventV2): string | undefined {
  const values = (event.cookies ?? [])
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(`${REFRESH_COOKIE}=`))
    .map((cookie) => cookie.slice(REFRESH_COOKIE.length + 1))
  if (values.length > 1) {
    throw new Refusal('invalid_request', { issues: [{ path: REFRESH_COOKIE, message: 'must be sent once' }] })
  }
  return values[0] || undefined
}
