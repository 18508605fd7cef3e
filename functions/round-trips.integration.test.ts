import { type Entry, isRoute, isStream, registry } from '../tools/generate/registry.ts'
import { engineStores } from '../tools/testing/engine.ts'
import { asEve, type Fixture, makeFixture, toEve, validRequest } from '../tools/testing/fixtures.ts'
import { gateway } from '../tools/testing/gateway.ts'
import { roundTrips } from '../tools/testing/round-trips.ts'
import { delivered } from '../tools/testing/test-mail.ts'
import { roundTripsByContract, roundTripsOf } from '../tools/testing/units.ts'

async function started() {
  const engine = await engineStores()
  const fixture = await makeFixture({ stores: engine })
  return { fixture, count: (work: () => Promise<unknown>) => roundTrips(engine.client, work) }
}

/** Counts the round trips of one function. A route is called without the authorizer, which is a function of its own. */
async function countOf(entry: Entry): Promise<number> {
  const { fixture, count } = await started()
  if (isRoute(entry)) {
    const route = `${entry.contract.method} ${entry.contract.path}`
    const request = await validRequest(route, fixture)
    const behind = gateway({
      ...fixture.services,
      denylist: { denies: async () => false },
    } as Fixture['services'])
    return count(async () => {
      const { status } = await behind(route, request)
      expect([route, status < 400]).toEqual([route, true])
    })
  }
  if (isStream(entry)) {
    await fixture.api('POST /auth/password/forgot', toEve)
    return count(() => delivered(fixture.services))
  }
  if (!('authorizer' in entry.contract)) throw new Error(`This test does not know how to call ${entry.name}`)
  // The handler behind it makes no calls.
  const users = { ...fixture.services.users, findById: async () => undefined }
  return count(() => gateway({ ...fixture.services, users })('GET /users/me', asEve(fixture)))
}

describe('round trips in sequence', () => {
  it.each(Object.entries(roundTripsOf))('are, for %s, exactly %i', async (name, expected) => {
    const entry = (await registry()).find((each) => each.name === name)
    expect(entry && (await countOf(entry))).toBe(expected)
  })

  it('are, for every other route, exactly as many as its contract needs', async () => {
    const others = (await registry()).filter(isRoute).filter(({ name }) => !Object.hasOwn(roundTripsOf, name))
    expect(others.length).toBeGreaterThan(5)
    for (const entry of others) {
      const expected = roundTripsByContract(entry.contract)
      const made = await countOf(entry)
      if (made === expected) continue
      if (!entry.contract.needs?.length)
        throw new Error(`${entry.file}.ts makes calls, but its contract has no needs`)
      throw new Error(
        `${entry.file}.ts makes ${made} round trips in sequence, and its contract needs ${expected}. Use settleAll for calls that do ` +
          `not depend on each other, or list ${entry.name} in tools/testing/units.ts`,
      )
    }
  })
})
