import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestMail } from '../../lib/domain/email-verification.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, rateLimiter } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'resendVerification',
  path: '/auth/email/resend',
  access: 'public',
  summary: 'Request another verification mail',
  description: 'Always answers 202. A mail is sent if the email has an account that is not verified.',
  body: z.strictObject({ email }),
  responses: { 202: null },
  refusals: ['not_enabled'],
  limits: ['resendPerIp', 'resendPerEmail'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'sessions:UpdateItem', 'sessions:PutItem'],
})

export const handler = route(contract, { rateLimiter, outbox }, async ({ services, body, reply }) => {
  await requestMail(services, { type: 'verification_requested', email: body.email })
  return reply(202)
})
