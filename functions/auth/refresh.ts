import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { tokenNeeds } from '../../lib/contract/needs.ts'
import { refreshSession } from '../../lib/domain/session-refresh.ts'
import { oneRefreshToken } from '../../lib/lambda/refresh-token.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { outbox, sessions, tokenServices } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'refresh',
  path: '/auth/refresh',
  access: 'public',
  summary: 'Exchange the refresh token for the next pair',
  description:
    'Each refresh token is valid for one exchange. Send one refresh at a time, always with the newest token. Its ' +
    'predecessor is accepted within a grace period of one minute by default. An older token ends the session. A refresh ' +
    'token in the body takes precedence over the cookie.',
  takesRefreshToken: true,
  body: z.strictObject({ refreshToken: z.optional(token) }),
  responses: { 200: tokenResponse },
  refusals: ['invalid_refresh_token', 'session_ended', 'refresh_token_reused'],
  stepLimits: ['refreshPerSession'],
  needs: [
    ...tokenNeeds,
    'sessions:UpdateItem',
    'users:BatchGetItem',
    'refresh-token-denylist:BatchGetItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const factories = { sessions, outbox, ...tokenServices }

export const handler = route(contract, factories, async ({ services, presented, reply }) => {
  const tokens = await refreshSession(services, oneRefreshToken(presented))
  return reply(200, ...tokenReply(presented.transport, tokens))
})
