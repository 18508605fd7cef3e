import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { identityId } from '../../../lib/contract/identities.ts'
import { unlinkIdentityOf } from '../../../lib/domain/identities.ts'
import { route } from '../../../lib/lambda/route.ts'
import { identities, outbox, passkeys, relyingParty, sessions, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'adminUnlinkIdentity',
  path: '/users/{userId}/identities/{identityId}',
  access: 'admin',
  fresh: true,
  requires: 'providers',
  summary: 'Unlink a provider account of a user',
  description: 'Ends every session of the user, who is told by mail. The only way to log in stays.',
  params: z.object({ userId, identityId }),
  responses: { 204: null },
  refusals: ['own_account', 'last_way_in', 'conflict'],
  needs: [
    'users:GetItem',
    'users:Query',
    'users:UpdateItem',
    'users:DeleteItem',
    'users:ConditionCheckItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
    'sessions:PutItem',
  ],
})

const factories = { users, sessions, identities, passkeys, relyingParty, outbox }

export const handler = route(contract, factories, async ({ services, principal, params, reply }) => {
  await unlinkIdentityOf(services, principal, params.userId, params.identityId)
  return reply(204)
})
