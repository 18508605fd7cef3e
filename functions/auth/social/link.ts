import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { exactlyOne, transport } from '../../../lib/contract/fields.ts'
import { linkProofs, linkRefusals, linkSession } from '../../../lib/contract/identities.ts'
import { tokenResponse } from '../../../lib/contract/models.ts'
import { socialAccountNeeds, tokenNeeds } from '../../../lib/contract/needs.ts'
import { proveAndLink } from '../../../lib/domain/social-linking.ts'
import { route } from '../../../lib/lambda/route.ts'
import { tokenReply } from '../../../lib/lambda/token-reply.ts'
import { preferredLanguage } from '../../../lib/languages/languages.ts'
import {
  keyedHashes,
  passkeyVerifier,
  passwords,
  sessionOpenings,
  socialAccountServices,
} from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'linkSocialLogin',
  path: '/auth/social/link',
  access: 'public',
  requires: 'providers',
  summary: 'Complete a social login by proving the account or the email',
  description:
    'Takes exactly one proof: the password or a passkey of the account that `link_required` named, or the digits of `POST ' +
    '/auth/social/email`. The second factor follows, as at every login. The link ends every other session of the account.',
  body: z
    .strictObject({ linkSession, ...linkProofs, transport })
    .check(exactlyOne('password', 'passkey', 'code')),
  opensSession: true,
  checksOrigin: true,
  responses: { 200: tokenResponse },
  refusals: linkRefusals,
  stepLimits: ['loginPerIp', 'loginFailures', 'codePerEmail', 'codeTries'],
  needs: [
    ...tokenNeeds,
    ...socialAccountNeeds,
    'keys/pepper:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'sessions:GetItem',
    'sessions:PutItem',
    'sessions:DeleteItem',
    'sessions:UpdateItem',
  ],
  memory: 1769,
})

const factories = { ...socialAccountServices, sessionOpenings, passwords, passkeyVerifier, keyedHashes }

export const handler = route(
  contract,
  factories,
  async ({ services, body, client, acceptLanguage, reply }) => {
    const login = { client, locale: preferredLanguage(acceptLanguage) }
    const tokens = await proveAndLink(services, body.linkSession, body, login)
    return reply(200, ...tokenReply(body.transport, tokens))
  },
)
