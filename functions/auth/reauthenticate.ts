import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { password, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { tokenNeeds } from '../../lib/contract/needs.ts'
import { reauthenticate } from '../../lib/domain/reauthentication.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  passwords,
  rateLimiter,
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
    'proves that, one without its password. The session is replaced: continue with the tokens of the answer.',
  body: z.strictObject({ password, transport }),
  responses: { 200: tokenResponse },
  refusals: ['wrong_password'],
  limits: ['passwordPerUser'],
  needs: [
    ...tokenNeeds,
    'keys/pepper:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'users:GetItem',
    'users:ConditionCheckItem',
    'sessions:GetItem',
    'sessions:UpdateItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
    'refresh-token-denylist:PutItem',
  ],
  memory: 1769,
})

const factories = { rateLimiter, users, sessions, sessionOpenings, passwords, ...tokenServices }

export const handler = route(contract, factories, async ({ services, principal, body, client, reply }) => {
  const tokens = await reauthenticate(services, principal, { password: body.password, client })
  return reply(200, ...tokenReply(body.transport, tokens))
})
