import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { session } from '../../../lib/contract/models.ts'
import { sessionView } from '../../../lib/contract/views.ts'
import { anyAccount } from '../../../lib/domain/administration.ts'
import { openSessions } from '../../../lib/domain/own-sessions.ts'
import { route } from '../../../lib/lambda/route.ts'
import { sessions, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'adminListSessions',
  path: '/users/{userId}/sessions',
  access: 'admin',
  summary: 'List the sessions of a user',
  params: z.object({ userId }),
  responses: { 200: z.object({ sessions: z.array(session) }) },
  needs: ['users:GetItem', 'sessions:Query'],
})

export const handler = route(
  contract,
  { users, sessions },
  async ({ services, principal, params, reply }) => {
    const open = await openSessions(services, await anyAccount(services, params.userId))
    return reply(200, { sessions: open.map((each) => sessionView(each, principal.sessionId)) })
  },
)
