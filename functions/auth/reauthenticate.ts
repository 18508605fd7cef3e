import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { exactlyOne, password, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorProofNeeds, openingNeeds } from '../../lib/contract/needs.ts'
import { factorProofs } from '../../lib/contract/passkeys.ts'
import { provesFactor } from '../../lib/domain/factor-proofs.ts'
import { reauthenticate } from '../../lib/domain/reauthentication.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  factorProofServices,
  passwords,
  sessionOpenings,
  sessions,
  tokenServices,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'reauthenticate',
  path: '/auth/reauthenticate',
  access: 'user',
  summary: 'Prove again who you are',
  description:
    'Some routes ask for a recent proof and otherwise answer `reauthentication_required`. An account with a second factor ' +
    'proves that. One without sends its password. The session is replaced: continue with the tokens of the answer.',
  body: z
    .strictObject({ password: z.optional(password), ...factorProofs, transport })
    .check(exactlyOne('password', 'totp', 'recoveryCode', 'passkey')),
  responses: { 200: tokenResponse },
  refusals: ['wrong_password', 'invalid_code', 'invalid_passkey'],
  stepLimits: ['passwordPerUser', 'totpPerHour', 'totpPerDay'],
  needs: [
    ...openingNeeds,
    ...factorProofNeeds,
    'keys/pepper:GetParametersByPath',
    'users:GetItem',
    'sessions:GetItem',
    'refresh-token-denylist:PutItem',
  ],
  memory: 1769,
})

const factories = { ...factorProofServices, ...tokenServices, passwords, sessionOpenings, sessions, users }

export const handler = route(contract, factories, async ({ services, principal, body, client, reply }) => {
  const { password } = body
  const proof = password === undefined ? { prove: provesFactor(services, body) } : { password }
  const tokens = await reauthenticate(services, principal, { ...proof, client })
  return reply(200, ...tokenReply(body.transport, tokens))
})
