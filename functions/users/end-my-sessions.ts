import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { endAllSessions } from '../../lib/domain/administration.ts'
import { endOtherSessions } from '../../lib/domain/own-sessions.ts'
import { clearedRefreshCookie } from '../../lib/lambda/cookies.ts'
import { route } from '../../lib/lambda/route.ts'
import { sessions, throttle, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  path: '/users/me/sessions',
  access: 'user',
  summary: 'End all your other sessions; with `all=true` this one too',
  query: z.strictObject({ all: z.optional(z.enum(['true', 'false'])) }),
  responses: { 204: null },
  refusals: ['conflict'],
  limit: ['endSessionsPerUser'],
  needs: [
    'keys/fingerprint:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:DeleteItem',
    'sessions:BatchWriteItem',
  ],
})

export const handler = route(
  contract,
  { throttle, users, sessions },
  async ({ parts, caller, query, reply }) => {
    if (query.all === 'true') {
      await endAllSessions(parts, caller, caller.userId)
      return reply(204, undefined, { cookie: clearedRefreshCookie })
    }
    await endOtherSessions(parts, caller)
    return reply(204)
  },
)
