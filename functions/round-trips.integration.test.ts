import { type Entry, isRoute, isStream, registry } from '../tools/generate/registry.ts'
import { engineStores } from '../tools/testing/engine.ts'
import { asEve, type Fixture, makeFixture, toEve, validRequests } from '../tools/testing/fixtures.ts'
import { gateway } from '../tools/testing/gateway.ts'
import { roundTrips } from '../tools/testing/round-trips.ts'
import { delivered } from '../tools/testing/test-services.ts'
import { roundTripsOf } from '../tools/testing/units.ts'

async function started() {
  const engine = await engineStores()
  const fixture = await makeFixture({ stores: engine })
  return { fixture, count: (work: () => Promise<unknown>) => roundTrips(engine.client, work) }
}

/** Counts what a function does; for a route without the authorizer in front, which is a function of its own. */
async function countOf(entry: Entry): Promise<number> {
  const { fixture, count } = await started()
  if (isRoute(entry)) {
    const route = `${entry.contract.method} ${entry.contract.path}`
    const request = await validRequests[route]?.(fixture)
    const behind = gateway({
      ...fixture.services,
      denylist: { denies: async () => false },
    } as Fixture['services'])
    return count(async () => {
      const { status } = await behind(route, request)
      expect([route, status < 300]).toEqual([route, true])
    })
  }
  if (isStream(entry)) {
    await fixture.api('POST /auth/password/forgot', toEve)
    return count(() => delivered(fixture.services))
  }
  // Keys are kept in SSM; what hears of mails only logs.
  if ('schedule' in entry.contract || 'event' in entry.contract) return 0
  if (!('authorizer' in entry.contract)) throw new Error(`Nothing is known of how ${entry.name} is called`)
  // In front of a handler that asks for nothing.
  const users = { ...fixture.services.users, findById: async () => undefined }
  return count(() => gateway({ ...fixture.services, users })('GET /users/me', asEve(fixture)))
}

describe('round trips in sequence', () => {
  it('are as many as the table says, for each function of the registry', async () => {
    const counted: Record<string, number> = {}
    for (const entry of await registry()) counted[entry.name] = await countOf(entry)
    expect(counted).toEqual(roundTripsOf)
  })
})
