import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { name, notEmpty, roleList, userId } from '../../../lib/contract/fields.ts'
import { listedUser } from '../../../lib/contract/models.ts'
import { changeUser } from '../../../lib/domain/administration.ts'
import { statuses } from '../../../lib/domain/users.ts'
import { route } from '../../../lib/lambda/route.ts'
import { sessions, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'PATCH',
  operationId: 'adminUpdateUser',
  path: '/users/{userId}',
  access: 'admin',
  fresh: true,
  summary: 'Change a user’s roles, status or name',
  description:
    'Takes effect on the user’s next request and next refresh. Disabling ends every session; enabling restores none. Only an ' +
    'account with a second factor can become an administrator, unless SECOND_FACTOR_FOR is none.',
  params: z.object({ userId }),
  body: z
    .strictObject({
      roles: z.optional(roleList),
      status: z.optional(z.enum(statuses)),
      name: z.optional(name),
    })
    .check(notEmpty),
  responses: { 200: listedUser },
  refusals: ['own_account', 'second_factor_missing', 'last_administrator', 'conflict'],
  needs: [
    'users:GetItem',
    'users:UpdateItem',
    'users:ConditionCheckItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
  ],
})

export const handler = route(
  contract,
  { users, sessions },
  async ({ services, principal, params, body, reply }) => {
    return reply(200, await changeUser(services, principal, params.userId, body))
  },
)
