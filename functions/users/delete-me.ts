import { defineContract } from '../../lib/contract/contract.ts'
import { deletionNeeds } from '../../lib/contract/user-data.ts'
import { deleteOwnAccount } from '../../lib/domain/own-account.ts'
import { clearedRefreshCookie } from '../../lib/lambda/cookies.ts'
import { route } from '../../lib/lambda/route.ts'
import { outbox, sessions, userData, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'DELETE',
  operationId: 'deleteMe',
  path: '/users/me',
  access: 'user',
  fresh: true,
  summary: 'Delete your own account',
  description:
    'Deletes your account and its sessions. Every token is refused at once, and your email can sign up again. The rest ' +
    'expires: email jobs after an hour, counters after a day, denylist entries with the last token. The operator ' +
    'decides how long logs and backups are kept. A verified email gets a mail about the deletion.',
  responses: { 204: null },
  refusals: ['last_administrator', 'conflict'],
  needs: [
    'users:GetItem',
    'users:Query',
    'users:DeleteItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:Query',
    'sessions:BatchWriteItem',
    ...deletionNeeds,
    'sessions:PutItem',
  ],
})

const factories = { users, sessions, userData, outbox }

export const handler = route(contract, factories, async ({ services, principal, reply }) => {
  await deleteOwnAccount(services, principal)
  return reply(204, undefined, { cookie: clearedRefreshCookie })
})
