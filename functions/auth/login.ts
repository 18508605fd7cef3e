import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email, password, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { logIn } from '../../lib/domain/credentials.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  accessTokenIssuer,
  authSessions,
  outbox,
  passwords,
  rateLimiter,
  refreshTokens,
  sessions,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'login',
  path: '/auth/login',
  access: 'public',
  summary: 'Log in with email and password',
  body: z.strictObject({ email, password, transport }),
  responses: { 200: tokenResponse },
  refusals: [
    'invalid_credentials',
    'account_disabled',
    'email_not_verified',
    'second_factor_required',
    'second_factor_enrolment_required',
  ],
  stepLimits: ['loginPerIp', 'loginFailures'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'keys/pepper:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'sessions:DeleteItem',
    'users:UpdateItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const factories = {
  rateLimiter,
  users,
  passwords,
  sessions,
  authSessions,
  outbox,
  accessTokenIssuer,
  refreshTokens,
}

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  return reply(200, ...tokenReply(body.transport, await logIn(services, body, client)))
})
