import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email, password, transport } from '../../lib/contract/fields.ts'
import { grant } from '../../lib/contract/models.ts'
import { logIn } from '../../lib/domain/credentials.ts'
import { grantTo } from '../../lib/lambda/grant.ts'
import { route } from '../../lib/lambda/route.ts'
import {
  accessTokenIssuer,
  outbox,
  passwords,
  refreshTokens,
  sessions,
  throttle,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/login',
  access: 'public',
  summary: 'Log in with e-mail and password',
  body: z.strictObject({ email, password, transport }),
  responses: { 200: grant },
  refusals: ['invalid_credentials', 'account_disabled', 'email_not_verified'],
  limit: ['loginPerIp', 'loginFailures'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'keys/pepper:GetParametersByPath',
    'keys/fingerprint:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'sessions:DeleteItem',
    'users:UpdateItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const parts = { throttle, users, passwords, sessions, outbox, accessTokenIssuer, refreshTokens }

export const handler = route(contract, parts, async ({ parts, body, client, reply }) => {
  return reply(200, ...grantTo(body.transport, await logIn(parts, body, client)))
})
