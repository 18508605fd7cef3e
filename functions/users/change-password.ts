import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { newPassword, password, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { tokenNeeds } from '../../lib/contract/needs.ts'
import { changePassword } from '../../lib/domain/password-changes.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { outbox, passwordServices, rateLimiter, sessions, tokenServices, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'PUT',
  operationId: 'changePassword',
  path: '/users/me/password',
  access: 'user',
  fresh: true,
  summary: 'Change your own password',
  description:
    'Ends every session. The caller continues with the tokens of the answer; every other device has to log in again. An ' +
    'account that has a password must send it.',
  body: z.strictObject({ currentPassword: z.optional(password), newPassword, transport }),
  responses: { 200: tokenResponse },
  refusals: ['wrong_password', 'weak_password', 'conflict'],
  limits: ['passwordPerUser'],
  needs: [
    ...tokenNeeds,
    'keys/pepper:GetParametersByPath',
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'sessions:GetItem',
    'users:GetItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const factories = { rateLimiter, users, sessions, outbox, ...tokenServices, ...passwordServices }

export const handler = route(contract, factories, async ({ services, principal, body, client, reply }) => {
  const tokens = await changePassword(services, principal, { ...body, client })
  return reply(200, ...tokenReply(body.transport, tokens))
})
