import type * as z from 'zod/mini'
import type { grant } from '../contract/models.ts'
import type { Grant } from '../domain/grants.ts'
import { refreshCookie } from './cookies.ts'
import type { Transport } from './refresh-token.ts'

/** The body and the cookie of an answer that grants tokens: the refresh token travels in one of them, never in both. */
export function grantTo(
  transport: Transport,
  { account, accessToken, accessTokenSeconds, refreshToken, refreshTokenSeconds }: Grant,
): [z.input<typeof grant>, { cookie?: string }] {
  const body = { accessToken, tokenType: 'Bearer' as const, expiresIn: accessTokenSeconds, user: account }
  return transport === 'body'
    ? [{ ...body, refreshToken }, {}]
    : [body, { cookie: refreshCookie(refreshToken, refreshTokenSeconds) }]
}
