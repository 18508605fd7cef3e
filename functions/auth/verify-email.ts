import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { factorRemovalNeeds } from '../../lib/contract/needs.ts'
import { deletionNeeds } from '../../lib/contract/user-data.ts'
import { verifyEmail } from '../../lib/domain/email-verification.ts'
import { route } from '../../lib/lambda/route.ts'
import { codes, factorServices, outbox, sessions, userData, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'verifyEmail',
  path: '/auth/email/verify',
  access: 'public',
  summary: 'Verify an email',
  description:
    'Takes the token of the link `/verify-email#token=...`. It may be sent again until it expires, and then changes nothing. ' +
    'The first proof of the email removes second factors that were added before, and then ends every session. ' +
    'The token of a change of email is void once the account has another email.',
  body: z.strictObject({ token }),
  responses: { 204: null },
  refusals: ['invalid_link', 'email_taken', 'email_changed_recently', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    'sessions:BatchGetItem',
    'users:GetItem',
    'users:UpdateItem',
    'users:PutItem',
    'refresh-token-denylist:PutItem',
    'sessions:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
    ...deletionNeeds,
  ],
})

export const handler = route(
  contract,
  { users, sessions, userData, codes, outbox, ...factorServices },
  async ({ services, body, reply }) => {
    await verifyEmail(services, body.token)
    return reply(204)
  },
)
