import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { userId } from '../../../lib/contract/fields.ts'
import { factorRemovalNeeds } from '../../../lib/contract/needs.ts'
import { resetFactors } from '../../../lib/domain/factor-reset.ts'
import { route } from '../../../lib/lambda/route.ts'
import { factorServices, outbox, sessions, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'adminResetFactors',
  path: '/users/{userId}/factors',
  access: 'admin',
  fresh: true,
  summary: 'Remove every second factor of a user who has lost them',
  description:
    'Removes TOTP, passkeys and recovery codes, disables the password, ends every session, and mails the user a link to set a new ' +
    'password. Without mail the password stays. Make sure first that the request comes from the owner of the account.',
  params: z.object({ userId }),
  responses: { 204: null },
  refusals: ['own_account', 'last_way_in', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    'users:GetItem',
    'users:UpdateItem',
    'users:ConditionCheckItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
    'sessions:PutItem',
  ],
})

const factories = { users, sessions, outbox, ...factorServices }

export const handler = route(contract, factories, async ({ services, principal, params, reply }) => {
  await resetFactors(services, principal, params.userId)
  return reply(204)
})
