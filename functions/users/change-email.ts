import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestEmailChange } from '../../lib/domain/email-changes.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, rateLimiter, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'PUT',
  operationId: 'changeEmail',
  path: '/users/me/email',
  access: 'user',
  fresh: true,
  summary: 'Request a change of your email',
  description:
    'Sends the new address a link that verifies it, and the current one a link to undo it for 7 days. Nothing ' +
    'changes until the new address is verified. Always answers 202, so that it does not reveal whether the new email ' +
    'has an account.',
  body: z.strictObject({ newEmail: email }),
  responses: { 202: null },
  refusals: ['not_enabled', 'email_changed_recently'],
  limits: ['emailChangePerEmail'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'sessions:UpdateItem', 'users:GetItem', 'sessions:PutItem'],
})

const factories = { rateLimiter, users, outbox }

export const handler = route(contract, factories, async ({ services, principal, body, reply }) => {
  await requestEmailChange(services, principal, body.newEmail)
  return reply(202)
})
