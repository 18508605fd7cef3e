import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { newPassword, token } from '../../lib/contract/fields.ts'
import { factorRemovalNeeds } from '../../lib/contract/needs.ts'
import { resetPassword } from '../../lib/domain/password-resets.ts'
import { route } from '../../lib/lambda/route.ts'
import {
  codes,
  factorServices,
  outbox,
  passwordServices,
  rateLimiter,
  sessions,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'resetPassword',
  path: '/auth/password/reset',
  access: 'public',
  summary: 'Set a new password with a mailed token',
  description:
    'Takes the token of the link `/reset-password#token=...`. Ends every session and opens none, verifies the email, ' +
    'and lifts the lock after failed logins.',
  body: z.strictObject({ token, newPassword }),
  responses: { 204: null },
  refusals: ['invalid_link', 'weak_password', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    'keys/pepper:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'sessions:BatchGetItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
  ],
  memory: 1769,
})

const factories = { users, sessions, codes, rateLimiter, outbox, ...passwordServices, ...factorServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  await resetPassword(services, body, client)
  return reply(204)
})
