import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email } from '../../lib/contract/fields.ts'
import { requestEmailLogin } from '../../lib/domain/email-login.ts'
import { route } from '../../lib/lambda/route.ts'
import { keyedHashes, outbox, rateLimiter } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'requestEmailLogin',
  path: '/auth/email-login',
  access: 'public',
  summary: 'Request a login mail',
  description:
    'Only if the deployment enables it. Always answers 202, in the same time. If the email has an account, it is sent a ' +
    'link and six digits. Both are valid once, for 10 minutes, until the next request. The digits are valid only with ' +
    'the challenge of this answer.',
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
