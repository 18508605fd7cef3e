import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { digits, email, token, transport } from '../../lib/contract/fields.ts'
import { grant } from '../../lib/contract/models.ts'
import { enterEmailLoginCode } from '../../lib/domain/email-login.ts'
import { grantTo } from '../../lib/lambda/grant.ts'
import { route } from '../../lib/lambda/route.ts'
import {
  accessTokenIssuer,
  codes,
  fingerprints,
  outbox,
  refreshTokens,
  sessions,
  throttle,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/email-login/code',
  access: 'public',
  summary: 'Log in with the six digits of a mail',
  description:
    'For a device without a browser. Takes the challenge that was answered when the mail was asked for. After five wrong tries, by default, the digits are void, and the link still good.',
  body: z.strictObject({ email, challenge: token, code: digits, transport }),
  responses: { 200: grant },
  refusals: ['not_enabled', 'invalid_code', 'conflict'],
  limit: ['loginPerIp', 'codePerEmail', 'codeTries'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'keys/fingerprint:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'users:ConditionCheckItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const parts = { throttle, users, codes, fingerprints, sessions, accessTokenIssuer, refreshTokens, outbox }

export const handler = route(contract, parts, async ({ parts, body, client, reply }) => {
  const granted = await enterEmailLoginCode(parts, body, client)
  return reply(200, ...grantTo(body.transport, granted))
})
