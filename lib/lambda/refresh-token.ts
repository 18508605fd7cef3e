import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { REFRESH_COOKIE } from '../contract/contract.ts'
import { Refusal } from '../domain/refusal.ts'
import { bearerOf } from './bearer.ts'
import { refreshCookiesOf } from './cookies.ts'
import { checkOrigin } from './origin.ts'

/** How a client holds its refresh token: browsers in the cookie, others where they like. */
export type Transport = 'cookie' | 'body'

/** The tokens that a request about a session shows; none is verified yet. */
export interface PresentedTokens {
  /** One, or none; several only of a client that sends our cookie several times. */
  readonly refreshTokens: readonly string[]
  readonly transport: Transport
  readonly accessToken: string | undefined
}

/**
 * Finds the refresh token. One in the body goes before the cookie, which native clients attach unasked; it is what a foreign
 * page does not have, so that it needs no `Origin`. Refuses with `origin_not_allowed` what acts by the cookie, and what
 * shows no token but is sent by a foreign page: the answer could still clear the cookie.
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

/** The refresh token, if one was sent. Two cookies of one name come in no order (rfc6265bis 5.8.3): refused. */
export function oneRefreshToken({ refreshTokens }: PresentedTokens): string | undefined {
  if (refreshTokens.length > 1) {
    throw new Refusal('invalid_request', { issues: [{ path: REFRESH_COOKIE, message: 'must be sent once' }] })
  }
  return refreshTokens[0]
}
