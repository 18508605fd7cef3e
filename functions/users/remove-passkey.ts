import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorChangeNeeds } from '../../lib/contract/needs.ts'
import { passkeyId } from '../../lib/contract/passkeys.ts'
import { removePasskey } from '../../lib/domain/passkeys.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { factorChangeServices, identities, passkeys, relyingParty } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'removePasskey',
  path: '/users/me/passkeys/{passkeyId}',
  access: 'user',
  fresh: true,
  summary: 'Remove one of your passkeys',
  description:
    'Ends every session; the caller continues with the tokens of the answer. With the last second factor, the recovery codes go ' +
    'too. Refuses to remove the only way to log in, and the last factor of an administrator who must have one.',
  params: z.object({ passkeyId }),
  body: z.strictObject({ transport }),
  responses: { 200: tokenResponse },
  refusals: ['last_way_in', 'second_factor_missing', 'conflict'],
  limits: ['factorChangesPerUser'],
  needs: [...factorChangeNeeds, 'users:Query', 'users:DeleteItem'],
})

const factories = { ...factorChangeServices, passkeys, identities, relyingParty }

export const handler = route(
  contract,
  factories,
  async ({ services, principal, params, body, client, reply }) => {
    const tokens = await removePasskey(services, principal, { ...params, client })
    return reply(200, ...tokenReply(body.transport, tokens))
  },
)
