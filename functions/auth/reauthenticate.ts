import { defineContract } from '../../lib/contract/contract.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorProofNeeds, openingNeeds } from '../../lib/contract/needs.ts'
import { proofAgain } from '../../lib/contract/reauthentication.ts'
import { provesAgain } from '../../lib/domain/fresh-proofs.ts'
import { reauthenticate } from '../../lib/domain/reauthentication.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  codes,
  factorProofServices,
  identities,
  passwords,
  sessionOpenings,
  sessions,
  social,
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
    'proves that. One without sends its password. One with neither sends the digits of `POST /auth/reauthenticate/email`, or in `social` ' +
    'what came back from a linked provider. The session is replaced: continue with the tokens of the answer.',
  body: proofAgain,
  responses: { 200: tokenResponse },
  refusals: ['wrong_password', 'invalid_code', 'invalid_passkey'],
  stepLimits: ['passwordPerUser', 'totpPerHour', 'totpPerDay', 'codePerEmail', 'codeTries'],
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

const stores = { users, sessions, sessionOpenings, codes, social, identities }
const factories = { ...factorProofServices, ...tokenServices, ...stores, passwords }

export const handler = route(contract, factories, async ({ services, principal, body, client, reply }) => {
  const tokens = await reauthenticate(services, principal, { client, prove: provesAgain(services, body) })
  return reply(200, ...tokenReply(body.transport, tokens))
})
