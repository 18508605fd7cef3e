import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { factorRemovalNeeds } from '../../lib/contract/needs.ts'
import { undoEmailChange } from '../../lib/domain/email-changes.ts'
import { route } from '../../lib/lambda/route.ts'
import { codes, factorServices, identities, outbox, sessions, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'undoEmailChange',
  path: '/auth/email/undo',
  access: 'public',
  summary: 'Undo a change of email',
  description:
    'Takes the token of the link `/undo-email-change#token=...` in the mail to the former address. It is valid for 7 ' +
    'days after the change. Removes the factors and the provider accounts added since its request, ends every session and ' +
    'disables the password. A mail to the former address has a link to set a new password. A disabled account gets its ' +
    'address back, but no mail.',
  body: z.strictObject({ token }),
  responses: { 204: null },
  refusals: ['invalid_link', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    'sessions:BatchGetItem',
    'users:GetItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
  ],
})

const factories = { users, codes, sessions, identities, outbox, ...factorServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  await undoEmailChange(services, body.token, client)
  return reply(204)
})
