import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestMail } from '../../lib/domain/email-verification.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, rateLimiter } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/email/resend',
  access: 'public',
  summary: 'Ask for the confirmation mail once more',
  description: 'Always 202; a mail goes out if there is an account of this email that was not confirmed.',
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
