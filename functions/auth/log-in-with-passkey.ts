import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { tokenNeeds } from '../../lib/contract/needs.ts'
import { authenticationResponse } from '../../lib/contract/passkeys.ts'
import { logInWithPasskey } from '../../lib/domain/passkey-login.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  authSessions,
  keyedHashes,
  outbox,
  passkeys,
  passkeyVerifier,
  rateLimiter,
  sessionOpenings,
  tokenServices,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'logInWithPasskey',
  path: '/auth/passkey/login',
  access: 'public',
  summary: 'Log in with a passkey',
  description: 'Takes what the browser made of the options. No second factor follows.',
  body: z.strictObject({ passkey: authenticationResponse, transport }),
  responses: { 200: tokenResponse },
  refusals: ['invalid_passkey', 'account_disabled', 'email_not_verified', 'conflict'],
  limits: ['loginPerIp'],
  needs: [
    ...tokenNeeds,
    'keys/keyed-hash:GetParametersByPath',
    'users:BatchGetItem',
    'users:ConditionCheckItem',
    'users:UpdateItem',
    'sessions:UpdateItem',
    'sessions:PutItem',
  ],
})

const factories = {
  ...tokenServices,
  rateLimiter,
  users,
  passkeys,
  passkeyVerifier,
  keyedHashes,
  authSessions,
  sessionOpenings,
  outbox,
}

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  return reply(200, ...tokenReply(body.transport, await logInWithPasskey(services, body.passkey, client)))
})
