import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { deletionNeeds } from '../../../lib/contract/user-data.ts'
import { deleteUser } from '../../../lib/domain/administration.ts'
import { route } from '../../../lib/lambda/route.ts'
import { outbox, sessions, userData, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'adminDeleteUser',
  path: '/users/{userId}',
  access: 'admin',
  fresh: true,
  summary: 'Delete a user',
  params: z.object({ userId }),
  responses: { 204: null },
  refusals: ['own_account', 'last_administrator', 'conflict'],
  needs: [
    'users:GetItem',
    'users:Query',
    'users:DeleteItem',
    'users:UpdateItem',
    'users:ConditionCheckItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
    ...deletionNeeds,
    'sessions:PutItem',
  ],
})

export const handler = route(
  contract,
  { users, sessions, userData, outbox },
  async ({ services, principal, params, reply }) => {
    await deleteUser(services, principal, params.userId)
    return reply(204)
  },
)
