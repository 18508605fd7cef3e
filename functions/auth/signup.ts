import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email, locale, name, newPassword, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { tokenNeeds } from '../../lib/contract/needs.ts'
import { signUp } from '../../lib/domain/sign-up.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { preferredLanguage } from '../../lib/languages/languages.ts'
import {
  authSessions,
  outbox,
  passwordServices,
  rateLimiter,
  sessions,
  tokenServices,
  users,
} from '../../lib/services.ts'

const password = z.optional(newPassword)

export const contract = defineContract({
  method: 'POST',
  operationId: 'signUp',
  path: '/auth/signup',
  access: 'public',
  summary: 'Create an account',
  description:
    'Where emails must be verified: always 202 without tokens, and a mail. Otherwise: 201 with tokens, or 409 if the email is taken. ' +
    'If every account needs a second factor: 403 with an `authSession` to add one. ' +
    'Without a password: always 202, and a mail with a link that sets one. Without `locale`, mails are in the language of ' +
    '`Accept-Language`.',
  body: z.strictObject({ email, password, name, locale: z.optional(locale), transport }),
  responses: { 202: null, 201: tokenResponse },
  refusals: ['email_taken', 'weak_password', 'signup_closed', 'second_factor_enrolment_required'],
  limits: ['signupPerIp'],
  stepLimits: ['signupMails'],
  needs: [
    ...tokenNeeds,
    'keys/pepper:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'users:PutItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const stores = { users, sessions, authSessions, outbox }
const factories = { rateLimiter, ...stores, ...passwordServices, ...tokenServices }

export const handler = route(
  contract,
  factories,
  async ({ services, body, client, acceptLanguage, reply }) => {
    const locale = body.locale ?? preferredLanguage(acceptLanguage)
    const tokens = await signUp(services, { ...body, locale, client })
    return tokens ? reply(201, ...tokenReply(body.transport, tokens)) : reply(202)
  },
)
