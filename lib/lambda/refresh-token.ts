import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { REFRESH_COOKIE } from '../contract/contract.ts'
import { Refusal } from '../domain/refusal.ts'
import { bearerOf } from './bearer.ts'
import { checkOrigin } from './cookie-origin.ts'
import { refreshCookiesOf } from './cookies.ts'

/** Where a client keeps its refresh token: a browser in the cookie, any other client in its own storage. */
export type Transport = 'cookie' | 'body'

/** The tokens in a request about a session, not yet verified. */
export interface PresentedTokens {
  /** One or none; several only from a client that sends our cookie more than once. */
  readonly refreshTokens: readonly string[]
  readonly transport: Transport
  readonly accessToken: string | undefined
}

/**
 * Finds the refresh token. A token in the body takes precedence over the cookie, because native clients send cookies
 * automatically. A token in the body needs no `Origin`, because a foreign page does not have one. Refuses with
 * `origin_not_allowed` if a foreign page sends the cookie, or sends no token: the answer could still clear the cookie.
 */
export function presentedTokens(
  event: APIGatewayProxyEventV2,
  body: { readonly refreshToken?: string | undefined },
  known: { readonly issuer: string; readonly allowedOrigins: readonly string[] },
): PresentedTokens {
  const { headers } = event
  const accessToken = bearerOf(headers)
  if (body.refreshToken !== undefined)
    return { refreshTokens: [body.refreshToken], transport: 'body', accessToken }
  const refreshTokens = refreshCookiesOf(event)
  const isOfBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined
  if (refreshTokens.length > 0 || (isOfBrowser && accessToken === undefined)) checkOrigin(headers, known)
  return { refreshTokens, transport: 'cookie', accessToken }
}

/**
 * Returns the refresh token, if one was sent. Refuses two cookies of one name, because their order is undefined (rfc6265bis
 * 5.8.3).
 */
export function oneRefreshToken({ refreshTokens }: PresentedTokens): string | undefined {
  if (refreshTokens.length > 1) {
    throw new Refusal('invalid_request', { issues: [{ path: REFRESH_COOKIE, message: 'must be sent once' }] })
  }
  return refreshTokens[0]
}
