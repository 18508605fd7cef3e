import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { identity } from '../../../lib/contract/identities.ts'
import { identityView } from '../../../lib/contract/views.ts'
import { anyAccount } from '../../../lib/domain/administration.ts'
import { route } from '../../../lib/lambda/route.ts'
import { identities, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'adminListIdentities',
  path: '/users/{userId}/identities',
  access: 'admin',
  requires: 'providers',
  summary: 'List the linked provider accounts of a user',
  params: z.object({ userId }),
  responses: { 200: z.object({ identities: z.array(identity) }) },
  needs: ['users:GetItem', 'users:Query'],
})

export const handler = route(contract, { users, identities }, async ({ services, params, reply }) => {
  const { id } = await anyAccount(services, params.userId)
  const linked = await services.identities.list(id)
  return reply(200, { identities: linked.map(identityView) })
})
