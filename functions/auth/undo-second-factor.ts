import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { factorRemovalNeeds } from '../../lib/contract/needs.ts'
import { undoFactors } from '../../lib/domain/factor-undo.ts'
import { route } from '../../lib/lambda/route.ts'
import { factorServices, factorUndos, identities, outbox, sessions, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'undoSecondFactor',
  path: '/auth/second-factor/undo',
  access: 'public',
  summary: 'Undo the first second factor of an account',
  description:
    'Takes the token of the link `/undo-second-factor#token=...` in the mail about the first factor. It is valid for 7 days. ' +
    'Removes the factors and the provider accounts added since then, disables the password and ends every session. A mail has a ' +
    'link to set a new password.',
  body: z.strictObject({ token }),
  responses: { 204: null },
  refusals: ['invalid_link', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
  ],
})

const factories = { users, sessions, factorUndos, identities, outbox, ...factorServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  await undoFactors(services, body.token, client)
  return reply(204)
})
