import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { endAllSessions } from '../../../lib/domain/administration.ts'
import { clearedRefreshCookie } from '../../../lib/lambda/cookies.ts'
import { route } from '../../../lib/lambda/route.ts'
import { sessions, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'adminEndSessions',
  path: '/users/{userId}/sessions',
  access: 'admin',
  fresh: true,
  summary: 'End every session of a user',
  params: z.object({ userId }),
  responses: { 204: null },
  refusals: ['conflict'],
  needs: [
    'users:GetItem',
    'users:UpdateItem',
    'users:ConditionCheckItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
  ],
})

export const handler = route(
  contract,
  { users, sessions },
  async ({ services, principal, params, reply }) => {
    await endAllSessions(services, principal, params.userId)
    return reply(204, undefined, params.userId === principal.userId ? { cookie: clearedRefreshCookie } : {})
  },
)
