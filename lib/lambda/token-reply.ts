import type * as z from 'zod/mini'
import type { tokenResponse } from '../contract/models.ts'
import type { TokenPair } from '../domain/token-pairs.ts'
import { refreshCookie } from './cookies.ts'
import type { Transport } from './refresh-token.ts'

/** The body and cookie of a token response. The refresh token is in one of them, never in both. */
export function tokenReply(
  transport: Transport,
  { account, accessToken, accessTokenSeconds, refreshToken, refreshTokenSeconds }: TokenPair,
): [z.input<typeof tokenResponse>, { cookie?: string }] {
  const body = { accessToken, tokenType: 'Bearer' as const, expiresIn: accessTokenSeconds, user: account }
  return transport === 'body'
    ? [{ ...body, refreshToken }, {}]
    : [body, { cookie: refreshCookie(refreshToken, refreshTokenSeconds) }]
}
