import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { endAllSessions } from '../../lib/domain/administration.ts'
import { endOtherSessions } from '../../lib/domain/own-sessions.ts'
import { clearedRefreshCookie } from '../../lib/lambda/cookies.ts'
import { route } from '../../lib/lambda/route.ts'
import { rateLimiter, sessions, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'endMySessions',
  path: '/users/me/sessions',
  access: 'user',
  fresh: true,
  summary: 'End all your other sessions; with `all=true` also the current one',
  query: z.strictObject({ all: z.optional(z.enum(['true', 'false'])) }),
  responses: { 204: null },
  refusals: ['conflict'],
  limits: ['endSessionsPerUser'],
  needs: [
    'keys/keyed-hash:GetParametersByPath',
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
  { rateLimiter, users, sessions },
  async ({ services, principal, query, reply }) => {
    if (query.all === 'true') {
      await endAllSessions(services, principal, principal.userId)
      return reply(204, undefined, { cookie: clearedRefreshCookie })
    }
    await endOtherSessions(services, principal)
    return reply(204)
  },
)
