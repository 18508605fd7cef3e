import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestMail } from '../../lib/domain/emails.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, throttle } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/email/resend',
  access: 'public',
  summary: 'Ask for the confirmation mail once more',
  description: 'Always 202; a mail goes out if there is an account of this e-mail that was not confirmed.',
  body: z.strictObject({ email }),
  responses: { 202: null },
  refusals: ['not_enabled'],
  limit: ['resendPerIp', 'resendPerEmail'],
  needs: ['keys/fingerprint:GetParametersByPath', 'sessions:UpdateItem', 'sessions:PutItem'],
})

export const handler = route(contract, { throttle, outbox }, async ({ parts, body, reply }) => {
  await requestMail(parts, { type: 'verification_requested', email: body.email })
  return reply(202)
})
