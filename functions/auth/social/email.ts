import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { email } from '../../../lib/contract/fields.ts'
import { linkSession } from '../../../lib/contract/identities.ts'
import { requestSocialCode } from '../../../lib/domain/social-codes.ts'
import { route } from '../../../lib/lambda/route.ts'
import { preferredLanguage } from '../../../lib/languages/languages.ts'
import { outbox, rateLimiter, social } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'requestSocialCode',
  path: '/auth/social/email',
  access: 'public',
  requires: 'providers',
  summary: 'Request six digits that prove an email for a social login',
  description:
    'Always answers 202, in the same time, whether or not the address has an account. Without `email`, the mail goes to the provider’s ' +
    'verified one. The digits are good only with this `linkSession`, until it expires or the next request.',
  body: z.strictObject({ linkSession, email: z.optional(email) }),
  responses: { 202: null },
  refusals: ['invalid_link_session'],
  stepLimits: ['emailLoginPerIp', 'emailLoginPerEmail'],
  needs: [
    'keys/keyed-hash:GetParametersByPath',
    'sessions:GetItem',
    'sessions:UpdateItem',
    'sessions:PutItem',
  ],
})

export const handler = route(
  contract,
  { rateLimiter, social, outbox },
  async ({ services, body, client, acceptLanguage, reply }) => {
    await requestSocialCode(services, { ...body, locale: preferredLanguage(acceptLanguage) }, client)
    return reply(202)
  },
)
