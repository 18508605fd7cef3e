import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email, password, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { tokenNeeds } from '../../lib/contract/needs.ts'
import { logIn } from '../../lib/domain/credentials.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  authSessions,
  outbox,
  passwords,
  rateLimiter,
  sessions,
  tokenServices,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'login',
  path: '/auth/login',
  access: 'public',
  summary: 'Log in with email and password',
  body: z.strictObject({ email, password, transport }),
  opensSession: true,
  responses: { 200: tokenResponse },
  refusals: ['invalid_credentials', 'account_disabled', 'email_not_verified'],
  stepLimits: ['loginPerIp', 'loginFailures'],
  needs: [
    ...tokenNeeds,
    'keys/pepper:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'sessions:DeleteItem',
    'users:UpdateItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const factories = { rateLimiter, users, passwords, sessions, authSessions, outbox, ...tokenServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  return reply(200, ...tokenReply(body.transport, await logIn(services, body, client)))
})
