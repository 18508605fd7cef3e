import { defineContract } from '../../lib/contract/contract.ts'
import { user } from '../../lib/contract/models.ts'
import { ownAccount } from '../../lib/domain/own-account.ts'
import { route } from '../../lib/lambda/route.ts'
import { users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'getMe',
  path: '/users/me',
  access: 'user',
  summary: 'Get your own account',
  responses: { 200: user },
  needs: ['users:GetItem'],
})

export const handler = route(contract, { users }, async ({ services, principal, reply }) => {
  return reply(200, await ownAccount(services, principal))
})
