import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token, transport } from '../../lib/contract/fields.ts'
import { grant } from '../../lib/contract/models.ts'
import { redeemEmailLogin } from '../../lib/domain/email-login.ts'
import { grantTo } from '../../lib/lambda/grant.ts'
import { route } from '../../lib/lambda/route.ts'
import { accessTokenIssuer, codes, outbox, refreshTokens, sessions, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/email-login/redeem',
  access: 'public',
  summary: 'Log in with the link of a mail',
  description:
    'Takes the token of the link `/email-login#token=...`. If it is the first proof of the e-mail, the password that the account was opened with is void.',
  body: z.strictObject({ token, transport }),
  responses: { 200: grant },
  refusals: ['not_enabled', 'invalid_link', 'conflict'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'sessions:BatchGetItem',
    'users:BatchGetItem',
    'users:ConditionCheckItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const parts = { users, codes, sessions, accessTokenIssuer, refreshTokens, outbox }

export const handler = route(contract, parts, async ({ parts, body, client, reply }) => {
  const granted = await redeemEmailLogin(parts, body.token, client)
  return reply(200, ...grantTo(body.transport, granted))
})
