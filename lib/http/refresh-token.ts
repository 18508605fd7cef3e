import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { Refusal } from '../domain/refusal.ts'
import { bearerOf } from './bearer.ts'
import { refreshCookieOf } from './cookies.ts'
import { checkOrigin } from './origin.ts'

/** How a client holds its refresh token: browsers in the cookie, others where they like. */
export type Transport = 'cookie' | 'body'

/** The tokens that a request about a session shows; none is verified yet. */
export interface PresentedTokens {
  readonly refreshToken: string | undefined
  readonly transport: Transport
  readonly accessToken: string | undefined
}

/** Finds the refresh token in its one place. A token in both places is two clients' word: refused. */
export function presentedTokens(
  event: APIGatewayProxyEventV2,
  body: { readonly refreshToken?: string | undefined },
  known: { readonly issuer: string; readonly allowedOrigins: readonly string[] },
): PresentedTokens {
  const cookie = refreshCookieOf(event)
  if (cookie !== undefined && body.refreshToken !== undefined) {
    throw new Refusal('invalid_request', {
      issues: [{ path: 'refreshToken', message: 'must not be sent in the body and as a cookie at once' }],
    })
  }
  if (cookie !== undefined) checkOrigin(event.headers, known)
  return {
    refreshToken: cookie ?? body.refreshToken,
    transport: body.refreshToken === undefined ? 'cookie' : 'body',
    accessToken: bearerOf(event.headers),
  }
}
