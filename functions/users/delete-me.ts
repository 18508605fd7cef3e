import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { password } from '../../lib/contract/fields.ts'
import { deleteOwnAccount } from '../../lib/domain/accounts.ts'
import { clearedRefreshCookie } from '../../lib/lambda/cookies.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, passwords, sessions, throttle, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  path: '/users/me',
  access: 'user',
  summary: 'Delete your own account',
  description:
    'Your account and its sessions go, every token is refused at once, and your email may sign up again. What remains ends by itself: mail jobs after an hour, counters after a day, entries of the denylist with the last token, logs and backups as the operator keeps them. A confirmed address is told.',
  body: z.strictObject({ password }),
  responses: { 204: null },
  refusals: ['wrong_password', 'last_administrator', 'conflict'],
  limit: ['passwordPerUser'],
  needs: [
    'keys/pepper:GetParametersByPath',
    'keys/fingerprint:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'users:DeleteItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const parts = { throttle, users, passwords, sessions, outbox }

export const handler = route(contract, parts, async ({ parts, caller, body, reply }) => {
  await deleteOwnAccount(parts, caller, body.password)
  return reply(204, undefined, { cookie: clearedRefreshCookie })
})
