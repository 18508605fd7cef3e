import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { exactlyOne, token, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorProofNeeds, openingNeeds } from '../../lib/contract/needs.ts'
import { factorProofs } from '../../lib/contract/passkeys.ts'
import { provesFactor } from '../../lib/domain/factor-proofs.ts'
import { proveSecondFactor } from '../../lib/domain/second-factor.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  authSessions,
  factorProofServices,
  sessionOpenings,
  tokenServices,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'proveSecondFactor',
  path: '/auth/second-factor',
  access: 'public',
  summary: 'Complete a login with a second factor',
  description:
    'Takes the `authSession` of the answer `second_factor_required`, which is good for ten minutes, and exactly one proof. A wrong ' +
    'proof leaves the auth session as it is.',
  body: z
    .strictObject({ authSession: token, ...factorProofs, transport })
    .check(exactlyOne('totp', 'recoveryCode', 'passkey')),
  responses: { 200: tokenResponse },
  refusals: ['invalid_auth_session', 'invalid_code', 'invalid_passkey', 'identity_taken'],
  limits: ['loginPerIp'],
  stepLimits: ['totpPerHour', 'totpPerDay', 'secondStepFailures', 'secondStepMails'],
  needs: [...openingNeeds, ...factorProofNeeds, 'sessions:BatchGetItem'],
  providerNeeds: ['users:PutItem', 'refresh-token-denylist:PutItem'],
})

const factories = {
  ...factorProofServices,
  ...tokenServices,
  authSessions,
  sessionOpenings,
  users,
}

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  const prove = provesFactor(services, body)
  const tokens = await proveSecondFactor(services, { authSession: body.authSession, client, prove })
  return reply(200, ...tokenReply(body.transport, tokens))
})
