import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorChangeNeeds } from '../../lib/contract/needs.ts'
import { removeTotp } from '../../lib/domain/totp.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { factorChangeServices } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'removeTotp',
  path: '/users/me/totp',
  access: 'user',
  fresh: true,
  summary: 'Remove the authenticator app',
  description:
    'With the last second factor, the recovery codes go too. Refuses to remove the last factor of an administrator who must have ' +
    'one. Ends every session; the caller continues with the tokens of the answer.',
  body: z.strictObject({ transport }),
  responses: { 200: tokenResponse },
  refusals: ['not_found', 'second_factor_missing', 'conflict'],
  limits: ['factorChangesPerUser'],
  needs: [...factorChangeNeeds, 'users:DeleteItem'],
})

export const handler = route(
  contract,
  factorChangeServices,
  async ({ services, principal, body, client, reply }) => {
    return reply(200, ...tokenReply(body.transport, await removeTotp(services, principal, client)))
  },
)
