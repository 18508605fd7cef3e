import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { endAllSessions } from '../../../lib/domain/administration.ts'
import { route } from '../../../lib/http/route.ts'
import { sessions, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  path: '/users/{userId}/sessions',
  access: 'admin',
  summary: 'End every session of a user',
  params: z.object({ userId }),
  responses: { 204: null },
  refusals: ['conflict'],
  needs: [
    'users:GetItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:DeleteItem',
  ],
})

export const handler = route(contract, { users, sessions }, async ({ parts, params, reply }) => {
  await endAllSessions(parts, params.userId)
  return reply(204)
})
