import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { identity } from '../../lib/contract/identities.ts'
import { identityView } from '../../lib/contract/views.ts'
import { route } from '../../lib/lambda/route.ts'
import { identities } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'listIdentities',
  path: '/users/me/identities',
  access: 'user',
  requires: 'providers',
  summary: 'List your linked provider accounts',
  responses: { 200: z.object({ identities: z.array(identity) }) },
  needs: ['users:Query'],
})

export const handler = route(contract, { identities }, async ({ services, principal, reply }) => {
  const linked = await services.identities.list(principal.userId)
  return reply(200, { identities: linked.map(identityView) })
})
