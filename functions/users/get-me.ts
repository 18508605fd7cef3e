import { defineContract } from '../../lib/contract/contract.ts'
import { user } from '../../lib/contract/models.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import { route } from '../../lib/http/route.ts'
import { users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  path: '/users/me',
  access: 'user',
  summary: 'Your own account',
  responses: { 200: user },
  needs: ['users:GetItem'],
})

export const handler = route(contract, { users }, async ({ parts, caller, reply }) => {
  const account = await parts.users.findById(caller.userId)
  if (!account) throw new Refusal('unauthorized')
  return reply(200, account)
})
