import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestMail } from '../../lib/domain/email-verification.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, rateLimiter } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'requestPasswordReset',
  path: '/auth/password/forgot',
  access: 'public',
  summary: 'Request a mail to set a new password',
  description:
    'Always answers 202, in the same time. If the email has an account, it is sent a link. The link is valid once, for ' +
    '30 minutes, until the next request.',
  body: z.strictObject({ email }),
  responses: { 202: null },
  refusals: ['not_enabled'],
  limits: ['forgotPerIp', 'forgotPerEmail'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'sessions:UpdateItem', 'sessions:PutItem'],
})

export const handler = route(contract, { rateLimiter, outbox }, async ({ services, body, reply }) => {
  await requestMail(services, { type: 'reset_requested', email: body.email })
  return reply(202)
})
