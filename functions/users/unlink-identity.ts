import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { transport } from '../../lib/contract/fields.ts'
import { identityId } from '../../lib/contract/identities.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorWriteNeeds } from '../../lib/contract/needs.ts'
import { unlinkIdentity } from '../../lib/domain/identities.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { factorChangeServices, identities, passkeys, relyingParty } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'unlinkIdentity',
  path: '/users/me/identities/{identityId}',
  access: 'user',
  fresh: true,
  requires: 'providers',
  summary: 'Unlink one of your provider accounts',
  description:
    'Ends every session: the caller continues with the tokens of the answer. The only way to log in stays.',
  params: z.object({ identityId }),
  body: z.strictObject({ transport }),
  responses: { 200: tokenResponse },
  refusals: ['last_way_in', 'conflict'],
  needs: [...factorWriteNeeds, 'users:GetItem', 'users:Query', 'users:DeleteItem', 'sessions:GetItem'],
})

const factories = { ...factorChangeServices, identities, passkeys, relyingParty }

export const handler = route(
  contract,
  factories,
  async ({ services, principal, params, body, client, reply }) => {
    const tokens = await unlinkIdentity(services, principal, params.identityId, client)
    return reply(200, ...tokenReply(body.transport, tokens))
  },
)
