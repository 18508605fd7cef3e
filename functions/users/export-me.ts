import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { exportedIdentity } from '../../lib/contract/identities.ts'
import { exportedSession, exportedUser, factors } from '../../lib/contract/models.ts'
import { exportedUserData, exportNeeds } from '../../lib/contract/user-data.ts'
import {
  exportedIdentityView,
  exportedSessionView,
  exportedUserView,
  factorsView,
} from '../../lib/contract/views.ts'
import { exportedData, ownFactors } from '../../lib/domain/own-account.ts'
import { openSessions } from '../../lib/domain/own-sessions.ts'
import { settleAll } from '../../lib/domain/settle-all.ts'
import { route } from '../../lib/lambda/route.ts'
import { factorServices, identities, sessions, userData, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'exportMe',
  path: '/users/me/export',
  access: 'user',
  fresh: true,
  summary: 'Export your account and sessions, without secrets',
  responses: {
    200: z.object({
      exportedAt: z.iso.datetime(),
      user: exportedUser,
      factors,
      identities: z.array(exportedIdentity),
      sessions: z.array(exportedSession),
      ...exportedUserData,
    }),
  },
  needs: ['users:BatchGetItem', 'users:Query', 'users:GetItem', 'sessions:Query', ...exportNeeds],
})

export const handler = route(
  contract,
  { users, sessions, identities, userData, ...factorServices },
  async ({ services, principal, reply }) => {
    const { account: user, ...proofs } = await ownFactors(services, principal)
    const now = services.clock.now()
    const [formerEmail, linked, open, data] = await settleAll(
      services.users.formerEmail(user.id, now),
      services.identities.list(user.id),
      openSessions(services, user),
      exportedData(services, user.id),
    )
    services.events.record({ type: 'user.exported', userId: user.id })
    return reply(200, {
      exportedAt: new Date(now * 1000).toISOString(),
      user: exportedUserView(user, formerEmail),
      factors: factorsView(user, proofs),
      identities: linked.map(exportedIdentityView),
      sessions: open.map((each) => exportedSessionView(each, principal.sessionId)),
      ...data,
    })
  },
)
