import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { sessionId } from '../../lib/contract/fields.ts'
import { endOwnSession } from '../../lib/domain/own-sessions.ts'
import { clearedRefreshCookie } from '../../lib/lambda/cookies.ts'
import { route } from '../../lib/lambda/route.ts'
import { sessions } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'endMySession',
  path: '/users/me/sessions/{sessionId}',
  access: 'user',
  fresh: true,
  summary: 'End one of your sessions',
  params: z.object({ sessionId }),
  responses: { 204: null },
  needs: ['sessions:Query', 'refresh-token-denylist:PutItem', 'sessions:DeleteItem'],
})

export const handler = route(contract, { sessions }, async ({ services, principal, params, reply }) => {
  await endOwnSession(services, principal.userId, params.sessionId)
  // Otherwise the browser would keep sending a cookie that is refused.
  const isCurrent = params.sessionId === principal.sessionId
  return reply(204, undefined, isCurrent ? { cookie: clearedRefreshCookie } : {})
})
