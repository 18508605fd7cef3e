import { newAccount } from '../../tools/testing/accounts.ts'
import { costOf, engineStores } from '../../tools/testing/engine.ts'

const USERS = 5000

const account = (index: number) =>
  newAccount({
    emailVerified: true,
    name: `User ${index}`,
    // Three users sign up in each second.
    createdAt: new Date(1_800_000_000_000 + Math.floor(index / 3) * 1000).toISOString(),
  })

describe('five thousand users', () => {
  it('are listed once each and in order during sign-ups and deletions; the last page costs at most 10 % more than the first', async () => {
    const engine = await engineStores()
    const { users } = engine
    const staying = Array.from({ length: USERS }, (_, index) => account(index))
    const leaving = Array.from({ length: 100 }, (_, index) => account(index * 40))
    const all = [...staying, ...leaving]
    for (let start = 0; start < all.length; start += 100) {
      await Promise.all(all.slice(start, start + 100).map((each) => users.create(each, 0)))
    }

    const seen: string[] = []
    const units: number[] = []
    let after: string | undefined
    for (let more = true, page = 0; more; page++) {
      const { readUnits, calls } = await costOf(engine, async () => {
        const { users: found, behind } = await users.list({ limit: 100, order: 'asc', after })
        seen.push(...found.map(({ id }) => id))
        after = behind
        more = behind !== undefined
      })
      expect(new Set(calls)).toEqual(new Set(['users/listing:Query']))
      units.push(readUnits)
      // One user is deleted and two are created, before and after the current position.
      const gone = leaving.pop()
      if (gone) await users.remove(gone, { now: 0, deniedUntil: 0 })
      await Promise.all([users.create(account(page), 0), users.create(account(USERS + page), 0)])
    }

    const ids = new Set(staying.map(({ id }) => id))
    const order = staying.map(({ createdAt, id }) => `${createdAt}#${id}`).sort()
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => ids.has(id))).toEqual(order.map((position) => position.split('#')[1]))
    expect(units[0]).toBeGreaterThan(0)
    expect(Math.max(...units)).toBeLessThanOrEqual((units[0] ?? 0) * 1.1)
  })
})
