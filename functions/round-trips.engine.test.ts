import { type Entry, isRoute, isStream, registry } from '../lib/contract/registry.ts'
import { engineStores } from '../lib/testing/engine.ts'
import { gateway } from '../lib/testing/gateway.ts'
import { roundTrips } from '../lib/testing/round-trips.ts'
import { asEve, good, type Scene, scene, toEve } from '../lib/testing/scene.ts'
import { delivered } from '../lib/testing/world.ts'

/**
 * Round trips to DynamoDB one after the other, by function, for a request that succeeds. A function that waits for another
 * one is slower and costs more: change a number only with a reason.
 */
const expected: Readonly<Record<string, number>> = {
  authEmailLogin: 3,
  authEnterEmailLoginCode: 6,
  authForgotPassword: 3,
  authLogin: 3,
  authLogout: 1,
  authRedeemEmailLogin: 4,
  authRefresh: 1,
  authResendVerification: 3,
  authResetPassword: 5,
  authSignup: 4,
  authUndoEmailChange: 6,
  authVerifyEmail: 2,
  authorizerAccessToken: 1,
  keysRotate: 0,
  mailDeliver: 5,
  mailFeedback: 0,
  usersAdminDelete: 5,
  usersAdminEndSessions: 4,
  usersAdminGet: 1,
  usersAdminList: 2, // The index does not know when unconfirmed accounts end.
  usersAdminListSessions: 2,
  usersAdminResetPassword: 3,
  usersAdminUpdate: 4,
  usersChangeEmail: 5,
  usersChangePassword: 4,
  usersDeleteMe: 6,
  usersEndMySession: 2,
  usersEndMySessions: 3,
  usersExportMe: 3,
  usersGetMe: 1,
  usersListMySessions: 2,
  usersUpdateMe: 1,
  wellKnownHealth: 0,
  wellKnownIndex: 0,
  wellKnownJwks: 0,
  wellKnownOpenapi: 0,
  wellKnownOpenidConfiguration: 0,
}

async function started() {
  const engine = await engineStores()
  const it = await scene({ stores: engine })
  return { it, count: (work: () => Promise<unknown>) => roundTrips(engine.client, work) }
}

/** Counts what a function does; for a route without the authorizer in front, which is a function of its own. */
async function countOf(entry: Entry): Promise<number> {
  const { it, count } = await started()
  if (isRoute(entry)) {
    const route = `${entry.contract.method} ${entry.contract.path}`
    const request = await good[route]?.(it)
    const behind = gateway({ ...it.parts, denylist: { denies: async () => false } } as Scene['parts'])
    return count(async () => {
      const { status } = await behind(route, request)
      expect([route, status < 300]).toEqual([route, true])
    })
  }
  if (isStream(entry)) {
    await it.api('POST /auth/password/forgot', toEve)
    return count(() => delivered(it.parts))
  }
  if ('schedule' in entry.contract || 'event' in entry.contract) return 0
  // The authorizer, in front of a handler that asks for nothing.
  const users = { ...it.parts.users, findById: async () => undefined }
  return count(() => gateway({ ...it.parts, users })('GET /users/me', asEve(it)))
}

describe('round trips in sequence', () => {
  it('are as many as the table says, for each function of the registry', async () => {
    const counted: Record<string, number> = {}
    for (const entry of await registry()) counted[entry.name] = await countOf(entry)
    expect(counted).toEqual(expected)
  })
})
