import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { transport } from '../../../lib/contract/fields.ts'
import { redeemedCode } from '../../../lib/contract/identities.ts'
import { tokenResponse } from '../../../lib/contract/models.ts'
import { socialAccountNeeds, tokenNeeds } from '../../../lib/contract/needs.ts'
import { redeemSocialLogin } from '../../../lib/domain/social-login.ts'
import { route } from '../../../lib/lambda/route.ts'
import { tokenReply } from '../../../lib/lambda/token-reply.ts'
import { preferredLanguage } from '../../../lib/languages/languages.ts'
import { socialAccountServices } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'redeemSocialLogin',
  path: '/auth/social/redeem',
  access: 'public',
  requires: 'providers',
  summary: 'Log in with the code that came back from a provider',
  description:
    'Takes the code of `#cardea_code=`, which is good for one minute and one request, and the code verifier of this login. A new email ' +
    'opens an account. `link_required`: the email has an account, which must be proven. `email_required`: the provider has no ' +
    'verified email, so one must be proven. Both answers have a `linkSession` for `POST /auth/social/link`.',
  body: z.strictObject({ ...redeemedCode, transport }),
  opensSession: true,
  checksOrigin: true,
  responses: { 200: tokenResponse },
  refusals: [
    'invalid_code',
    'account_disabled',
    'signup_closed',
    'link_required',
    'email_required',
    'conflict',
  ],
  limits: ['loginPerIp'],
  needs: [
    ...tokenNeeds,
    ...socialAccountNeeds,
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

export const handler = route(
  contract,
  socialAccountServices,
  async ({ services, body, client, acceptLanguage, reply }) => {
    const login = { client, locale: preferredLanguage(acceptLanguage) }
    return reply(200, ...tokenReply(body.transport, await redeemSocialLogin(services, body, login)))
  },
)
