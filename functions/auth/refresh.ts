import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { grant } from '../../lib/contract/models.ts'
import { refreshSession } from '../../lib/domain/session-refresh.ts'
import { grantTo } from '../../lib/lambda/grant.ts'
import { oneRefreshToken } from '../../lib/lambda/refresh-token.ts'
import { route } from '../../lib/lambda/route.ts'
import { accessTokenIssuer, outbox, refreshTokens, sessions } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/refresh',
  access: 'public',
  summary: 'Exchange the refresh token for the next pair',
  description:
    'Each refresh token is good for one exchange. Refresh one at a time, always with the newest token: its immediate predecessor is excused for a minute by default, an older one ends the session. A refresh token in the body goes before the cookie.',
  takesRefreshToken: true,
  body: z.strictObject({ refreshToken: z.optional(token) }),
  responses: { 200: grant },
  refusals: ['invalid_refresh_token', 'session_ended', 'refresh_token_reused'],
  limit: ['refreshPerSession'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'sessions:UpdateItem',
    'users:BatchGetItem',
    'refresh-token-denylist:BatchGetItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const parts = { sessions, outbox, accessTokenIssuer, refreshTokens }

export const handler = route(contract, parts, async ({ parts, presented, reply }) => {
  const granted = await refreshSession(parts, oneRefreshToken(presented))
  return reply(200, ...grantTo(presented.transport, granted))
})
