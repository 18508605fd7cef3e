import { defineContract } from '../../lib/contract/contract.ts'
import { factors } from '../../lib/contract/models.ts'
import { factorsView } from '../../lib/contract/views.ts'
import { ownFactors } from '../../lib/domain/own-account.ts'
import { route } from '../../lib/lambda/route.ts'
import { factorServices } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'getMyFactors',
  path: '/users/me/factors',
  access: 'user',
  summary: 'List your second factors, and when each was added and last used',
  responses: { 200: factors },
  needs: ['users:BatchGetItem', 'users:Query'],
})

export const handler = route(contract, factorServices, async ({ services, principal, reply }) => {
  const { account, ...found } = await ownFactors(services, principal)
  return reply(200, factorsView(account, found))
})
