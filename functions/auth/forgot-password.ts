import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestMail } from '../../lib/domain/email-verification.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, rateLimiter } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/password/forgot',
  access: 'public',
  summary: 'Ask for a mail to set a new password',
  description:
    'Always 202, in the same time; a mail goes out if there is an account of this email. Its link is good for 30 minutes, once, and until the next is asked for.',
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
