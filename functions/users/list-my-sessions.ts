import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { session } from '../../lib/contract/models.ts'
import { sessionView } from '../../lib/contract/views.ts'
import { ownAccount } from '../../lib/domain/own-account.ts'
import { openSessions } from '../../lib/domain/own-sessions.ts'
import { route } from '../../lib/lambda/route.ts'
import { sessions, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'listMySessions',
  path: '/users/me/sessions',
  access: 'user',
  summary: 'List your sessions',
  responses: { 200: z.object({ sessions: z.array(session) }) },
  needs: ['users:GetItem', 'sessions:Query'],
})

export const handler = route(contract, { users, sessions }, async ({ services, principal, reply }) => {
  const open = await openSessions(services, await ownAccount(services, principal))
  return reply(200, { sessions: open.map((each) => sessionView(each, principal.sessionId)) })
})
