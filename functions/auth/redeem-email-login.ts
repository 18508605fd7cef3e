import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token, transport } from '../../lib/contract/fields.ts'
import { tokenResponse } from '../../lib/contract/models.ts'
import { factorRemovalNeeds, tokenNeeds } from '../../lib/contract/needs.ts'
import { redeemEmailLogin } from '../../lib/domain/email-login.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import {
  authSessions,
  codes,
  factorServices,
  outbox,
  sessions,
  tokenServices,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'redeemEmailLogin',
  path: '/auth/email-login/redeem',
  access: 'public',
  summary: 'Log in with the link of a login mail',
  description:
    'Takes the token of the link `/email-login#token=...`. If this is the first proof of the email, it also disables ' +
    'the password that the account was created with.',
  body: z.strictObject({ token, transport }),
  opensSession: true,
  responses: { 200: tokenResponse },
  refusals: ['not_enabled', 'invalid_link', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    ...tokenNeeds,
    'sessions:BatchGetItem',
    'users:ConditionCheckItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const factories = { users, codes, sessions, authSessions, outbox, ...tokenServices, ...factorServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  const tokens = await redeemEmailLogin(services, body.token, client)
  return reply(200, ...tokenReply(body.transport, tokens))
})
