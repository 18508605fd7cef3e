import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { startReset } from '../../../lib/domain/administration.ts'
import { route } from '../../../lib/lambda/route.ts'
import { outbox, rateLimiter, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'adminSendPasswordReset',
  path: '/users/{userId}/password-reset',
  access: 'admin',
  fresh: true,
  summary: 'Mail a user a link to set a new password',
  description: 'Only the user can set the new password. The current one stays valid until then.',
  params: z.object({ userId }),
  responses: { 202: null },
  refusals: ['not_enabled'],
  limits: ['resetPerUser'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'sessions:UpdateItem', 'users:GetItem', 'sessions:PutItem'],
})

export const handler = route(
  contract,
  { rateLimiter, users, outbox },
  async ({ services, params, reply }) => {
    await startReset(services, params.userId)
    return reply(202)
  },
)
