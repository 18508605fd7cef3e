import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { digits, email, token, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { enterEmailLoginCode } from '../../lib/domain/email-login.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  accessTokenIssuer,
  authSessions,
  codes,
  keyedHashes,
  outbox,
  passkeys,
  rateLimiter,
  refreshTokens,
  sessions,
  totps,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'enterEmailLoginCode',
  path: '/auth/email-login/code',
  access: 'public',
  summary: 'Log in with the six digits of a login mail',
  description:
    'For a device without a browser. Takes the challenge from the request for the mail. After five wrong attempts by ' +
    'default, the digits are void; the link stays valid.',
  body: z.strictObject({ email, challenge: token, code: digits, transport }),
  responses: { 200: tokenResponse },
  refusals: [
    'not_enabled',
    'invalid_code',
    'conflict',
    'second_factor_required',
    'second_factor_enrolment_required',
  ],
  stepLimits: ['loginPerIp', 'codePerEmail', 'codeTries'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'users:ConditionCheckItem',
    'users:UpdateItem',
    'users:BatchGetItem',
    'users:Query',
    'users:DeleteItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const factories = {
  rateLimiter,
  users,
  codes,
  keyedHashes,
  sessions,
  authSessions,
  totps,
  passkeys,
  accessTokenIssuer,
  refreshTokens,
  outbox,
}

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  const tokens = await enterEmailLoginCode(services, body, client)
  return reply(200, ...tokenReply(body.transport, tokens))
})
