import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestEmailLogin } from '../../lib/domain/email-login.ts'
import { route } from '../../lib/lambda/route.ts'
import { keyedHashes, outbox, rateLimiter } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/email-login',
  access: 'public',
  summary: 'Ask for a mail to log in with',
  description:
    'Off unless the deployment offers it. Always 202, in the same time; a mail with a link and six digits goes out if there is an account of this email. The digits are good only together with the challenge of this answer. Good for 10 minutes, once, and until the next is asked for.',
  body: z.strictObject({ email }),
  responses: { 202: z.object({ challenge: z.string() }) },
  refusals: ['not_enabled'],
  limits: ['emailLoginPerIp', 'emailLoginPerEmail'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'sessions:UpdateItem', 'sessions:PutItem'],
})

export const handler = route(
  contract,
  { rateLimiter, outbox, keyedHashes },
  async ({ services, body, reply }) => {
    return reply(202, { challenge: await requestEmailLogin(services, body.email) })
  },
)
