import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { userDetails } from '../../../lib/contract/models.ts'
import { anyAccount } from '../../../lib/domain/administration.ts'
import { route } from '../../../lib/lambda/route.ts'
import { users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'adminGetUser',
  path: '/users/{userId}',
  access: 'admin',
  summary: 'Get a user',
  params: z.object({ userId }),
  responses: { 200: userDetails },
  needs: ['users:GetItem'],
})

export const handler = route(contract, { users }, async ({ services, params, reply }) => {
  return reply(200, await anyAccount(services, params.userId))
})
