import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { digits, email, token, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorRemovalNeeds, tokenNeeds } from '../../lib/contract/needs.ts'
import { enterEmailLoginCode } from '../../lib/domain/email-login.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  authSessions,
  codes,
  factorServices,
  keyedHashes,
  outbox,
  rateLimiter,
  sessions,
  tokenServices,
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
  opensSession: true,
  responses: { 200: tokenResponse },
  refusals: ['not_enabled', 'invalid_code', 'conflict'],
  stepLimits: ['loginPerIp', 'codePerEmail', 'codeTries'],
  needs: [
    ...factorRemovalNeeds,
    ...tokenNeeds,
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'users:ConditionCheckItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const stores = { users, codes, sessions, authSessions, outbox }
const factories = { rateLimiter, keyedHashes, ...stores, ...tokenServices, ...factorServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  const tokens = await enterEmailLoginCode(services, body, client)
  return reply(200, ...tokenReply(body.transport, tokens))
})
