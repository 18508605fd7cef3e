import { defineContract } from '../../lib/contract/contract.ts'
import { requestReauthenticationMail } from '../../lib/domain/email-reauthentication.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, rateLimiter, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'requestReauthenticationMail',
  path: '/auth/reauthenticate/email',
  access: 'user',
  summary: 'Request six digits to prove again who you are',
  description:
    'Only for an account without a password and without a second factor. The digits go to its confirmed email, and are good in this ' +
    'session only, once, for 10 minutes.',
  responses: { 202: null },
  refusals: ['not_enabled', 'email_not_verified', 'invalid_request'],
  limits: ['reauthenticationMailsPerUser'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'sessions:UpdateItem', 'users:GetItem', 'sessions:PutItem'],
})

export const handler = route(
  contract,
  { users, outbox, rateLimiter },
  async ({ services, principal, reply }) => {
    await requestReauthenticationMail(services, principal)
    return reply(202)
  },
)
