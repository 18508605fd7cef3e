import { randomUUID } from 'node:crypto'
import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { newAccount as account } from '../../tools/testing/accounts.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { sizeOf } from '../../tools/testing/item-size.ts'
import { memoryStores } from '../../tools/testing/memory-stores.ts'
import { memoryTables } from '../../tools/testing/memory-tables.ts'
import { MOST_DEVICES } from '../domain/devices.ts'
import type { Denylist, Session, SessionStore, UserStore } from '../domain/ports.ts'
import { type Account, positionOf } from '../domain/users.ts'
import { accountKey, revokedFamilyKey, sessionKey } from './item-keys.ts'
import { dynamoSessions } from './sessions.ts'

const NOW = 1_800_000_000

const session = (change: Partial<Session> = {}): Session => ({
  id: randomUUID(),
  userId: randomUUID(),
  sessionVersion: 1,
  generation: 1,
  createdAt: NOW,
  lastUsedAt: NOW,
  idleExpiresAt: NOW + 1000,
  expiresAt: NOW + 5000,
  rotatedAt: NOW,
  rotatedBy: 'login',
  refreshRate: { since: NOW, refreshes: 0 },
  authTime: NOW,
  amr: ['pwd'],
  acr: 'aal1',
  userAgent: 'a test',
  ip: '198.51.100.7',
  ...change,
})

interface Stores {
  users: UserStore
  sessions: SessionStore
  denylist: Denylist
}

describe.each<[string, () => Promise<Stores>]>([
  ['in memory', async () => memoryStores(memoryTables())],
  ['in DynamoDB', engineStores],
])('the stores %s', (_, make) => {
  let stores: Stores
  beforeAll(async () => {
    stores = await make()
  })

  describe('users', () => {
    it('are found by id and by email', async () => {
      const ada = account({ name: 'Ada \u{1F98B} Łovelace', roles: ['user', 'admin'] })
      expect(await stores.users.create(ada, NOW)).toBe('created')
      expect(await stores.users.findById(ada.id)).toEqual(ada)
      expect(await stores.users.findByEmail(ada.email)).toEqual(ada)
    })

    it('are not found by an unknown id or email', async () => {
      expect(await stores.users.findById(randomUUID())).toBeUndefined()
      expect(await stores.users.findByEmail('unknown@example.com')).toBeUndefined()
    })

    it('with a taken email are refused, and nothing of the second is stored', async () => {
      const first = account()
      const second = account({ email: first.email })
      await stores.users.create(first, NOW)
      expect(await stores.users.create(second, NOW)).toBe('email_taken')
      expect(await stores.users.findById(second.id)).toBeUndefined()
      expect(await stores.users.findByEmail(first.email)).toEqual(first)
    })

    it('with a taken id are refused, and no email is reserved', async () => {
      const first = account()
      await stores.users.create(first, NOW)
      const second = account({ id: first.id })
      await expect(stores.users.create(second, NOW)).rejects.toThrow()
      expect(await stores.users.findById(first.id)).toEqual(first)
      expect(await stores.users.create(account({ email: second.email }), NOW)).toBe('created')
    })

    it('with one email are created once by fifty calls at once', async () => {
      const email = `${randomUUID()}@example.com`
      const all = Array.from({ length: 50 }, () => account({ email }))
      const outcomes = await Promise.all(all.map((each) => stores.users.create(each, NOW)))
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      const found = await Promise.all(all.map(({ id }) => stores.users.findById(id)))
      expect(found.filter(Boolean)).toEqual([all[outcomes.indexOf('created')]])
    })

    it('get a new password hash only in place of the one that was read', async () => {
      const ada = account()
      await stores.users.create(ada, NOW)
      expect(await stores.users.replacePasswordHash(ada.id, 'another', 'new')).toBe('version_conflict')
      expect(await stores.users.replacePasswordHash(ada.id, ada.passwordHash, 'new')).toBe('replaced')
      expect(await stores.users.findById(ada.id)).toEqual({ ...ada, passwordHash: 'new' })
    })

    it('are not created by a new password hash', async () => {
      const id = randomUUID()
      expect(await stores.users.replacePasswordHash(id, 'any', 'new')).toBe('version_conflict')
      expect(await stores.users.findById(id)).toBeUndefined()
    })
  })

  describe('changes of an account', () => {
    const change = { endsSessions: false, deniedUntil: NOW + 3900 }
    const created = async (inside = stores) => {
      const ada = account()
      await inside.users.create(ada, NOW)
      return ada
    }
    const subjectOf = ({ id: userId, claimsVersion }: Account) => ({
      userId,
      sessionId: randomUUID(),
      roles: ['user'],
      claimsVersion,
    })

    it('rename it and nothing else, and create none', async () => {
      const ada = await created()
      expect(await stores.users.setProfile(ada.id, { name: 'Ada King' })).toEqual({
        ...ada,
        name: 'Ada King',
      })
      expect(await stores.users.findById(ada.id)).toEqual({ ...ada, name: 'Ada King' })
      const unknown = randomUUID()
      expect(await stores.users.setProfile(unknown, { name: 'Ada' })).toBeUndefined()
      expect(await stores.users.findById(unknown)).toBeUndefined()
    })

    it('set its language, alone or with the name', async () => {
      const ada = await created()
      expect(await stores.users.setProfile(ada.id, { locale: 'ja' })).toEqual({ ...ada, locale: 'ja' })
      const both = { name: 'Ada King', locale: 'de' } as const
      expect(await stores.users.setProfile(ada.id, both)).toEqual({ ...ada, ...both })
      expect(await stores.users.findById(ada.id)).toEqual({ ...ada, ...both })
    })

    it('outdate its claims, and its sessions where they end sessions', async () => {
      const ada = await created()
      const first = await stores.users.change(ada, { ...change, status: 'disabled' })
      expect(first).toEqual({ ...ada, status: 'disabled', claimsVersion: 2 })
      expect(await stores.denylist.denies(subjectOf(ada))).toBe(true)
      expect(await stores.denylist.denies({ ...subjectOf(ada), claimsVersion: 2 })).toBe(false)
      const second = await stores.users.change(first as Account, { ...change, endsSessions: true })
      expect(second).toEqual({ ...ada, status: 'disabled', claimsVersion: 3, sessionVersion: 2 })
      expect(await stores.users.findById(ada.id)).toEqual(second)
    })

    it('succeed only on the versions that were read, and keep what others set meanwhile', async () => {
      const ada = await created()
      await stores.users.setProfile(ada.id, { name: 'Ada King' })
      expect(await stores.users.change(ada, { ...change, roles: ['user', 'admin'] })).toMatchObject({
        claimsVersion: 2,
      })
      expect(await stores.users.findById(ada.id)).toMatchObject({
        name: 'Ada King',
        roles: ['user', 'admin'],
      })
      expect(await stores.users.change(ada, { ...change, status: 'disabled' })).toBe('version_conflict')
      expect(await stores.users.findById(ada.id)).toMatchObject({ status: 'active', claimsVersion: 2 })
      expect(await stores.users.change(account(), change)).toBe('version_conflict')
    })

    it('succeed once of fifty at once on one read', async () => {
      const ada = await created()
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          stores.users.change(ada, { ...change, passwordHash: `hash ${index}` }),
        ),
      )
      const succeeded = outcomes.filter((outcome) => typeof outcome !== 'string')
      expect(succeeded).toHaveLength(1)
      expect(await stores.users.findById(ada.id)).toEqual(succeeded[0])
    })

    it('replace an old session by a new one in the same transaction', async () => {
      const ada = await created()
      const old = session({ userId: ada.id })
      const by = session({ userId: ada.id, sessionVersion: 2 })
      await stores.sessions.open(old)
      const replaces = { sessionId: old.id, by }
      await stores.users.change(ada, { ...change, endsSessions: true, replaces })
      expect(await stores.sessions.list(ada.id, NOW)).toEqual([by])
    })

    it('do not restore a session that was ended meanwhile', async () => {
      const ada = await created()
      const replaces = { sessionId: randomUUID(), by: session({ userId: ada.id, sessionVersion: 2 }) }
      expect(await stores.users.change(ada, { ...change, endsSessions: true, replaces })).toBe(
        'version_conflict',
      )
      expect(await stores.users.findById(ada.id)).toEqual(ada)
      expect(await stores.sessions.list(ada.id, NOW)).toEqual([])
    })

    it('by another user succeed only while that user’s claims are current', async () => {
      const [ada, eve] = [await created(), await created()]
      const by = { userId: eve.id, claimsVersion: eve.claimsVersion }
      const changed = (await stores.users.change(ada, { ...change, by, name: 'Ada King' })) as Account
      expect(changed).toMatchObject({ name: 'Ada King' })
      await stores.users.change(eve, { ...change, status: 'disabled' })
      expect(await stores.users.change(changed, { ...change, by, roles: [] })).toBe('principal_outdated')
      expect(await stores.users.remove(changed, { now: NOW, deniedUntil: NOW, by })).toBe(
        'principal_outdated',
      )
      expect(await stores.users.findById(ada.id)).toEqual(changed)
    })

    it('delete it with its email reservation, and deny its access tokens', async () => {
      const ada = await created()
      expect(await stores.users.remove(ada, { now: NOW, deniedUntil: NOW + 3900 })).toEqual({
        former: undefined,
      })
      expect(await stores.users.findById(ada.id)).toBeUndefined()
      expect(await stores.users.findByEmail(ada.email)).toBeUndefined()
      expect(await stores.denylist.denies({ ...subjectOf(ada), claimsVersion: 1_000_000 })).toBe(true)
      expect(await stores.users.remove(ada, { now: NOW, deniedUntil: NOW + 3900 })).toBe('version_conflict')
      expect(await stores.users.create(account({ email: ada.email }), NOW)).toBe('created')
    })

    it('never leave the set without an administrator, however many are removed at once', async () => {
      const alone = await make()
      const admins = await Promise.all(
        Array.from({ length: 5 }, async () => {
          const changed = await alone.users.change(await created(alone), { ...change, roles: ['admin'] })
          return changed as Account
        }),
      )
      expect((await alone.users.administrators()).toSorted()).toEqual(admins.map(({ id }) => id).sort())
      const leave = [
        (admin: Account) => alone.users.remove(admin, { now: NOW, deniedUntil: NOW }),
        (admin: Account) => alone.users.change(admin, { ...change, roles: ['user'] }),
        (admin: Account) => alone.users.change(admin, { ...change, status: 'disabled' }),
      ]
      const outcomes = await Promise.all(admins.map((admin, index) => leave[index % 3]?.(admin)))
      expect(outcomes.filter((outcome) => outcome === 'last_administrator')).toHaveLength(1)
      const [last, ...others] = await alone.users.administrators()
      expect(others).toEqual([])
      expect(last).toBe(admins[outcomes.indexOf('last_administrator')]?.id)
      // A new administrator may be added. Then the last one may be removed.
      const back = await alone.users.change(await created(alone), { ...change, roles: ['user', 'admin'] })
      expect(typeof back).toBe('object')
      const old = admins.find(({ id }) => id === last) as Account
      expect(await alone.users.remove(old, { now: NOW, deniedUntil: NOW })).toMatchObject({
        former: undefined,
      })
    })
  })

  describe('the list of users', () => {
    it('shows each once, in order, from either end, without a secret', async () => {
      const fresh = await make()
      const accounts = Array.from({ length: 25 }, (_, index) =>
        account({
          createdAt: `2027-02-01T08:00:${String(index % 7).padStart(2, '0')}.000Z`,
          name: `${index}`,
        }),
      )
      for (const each of accounts) await fresh.users.create(each, NOW)
      const order = accounts.map(positionOf).sort()
      for (const direction of ['asc', 'desc'] as const) {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await fresh.users.list({ limit: 10, order: direction, after })
          expect(page.users.length).toBeLessThanOrEqual(10)
          seen.push(...page.users.map(positionOf))
          after = page.behind
        } while (after !== undefined)
        expect(seen).toEqual(direction === 'asc' ? order : order.toReversed())
      }
      const { users } = await fresh.users.list({ limit: 1, order: 'asc' })
      expect(Object.keys(users[0] ?? {}).sort()).toEqual([
        'createdAt',
        'email',
        'emailVerified',
        'id',
        'name',
        'roles',
        'status',
      ])
    })
  })

  describe('the sessions of a user', () => {
    it('are listed while they are valid, the last used first, and deleted by session version', async () => {
      const userId = randomUUID()
      const early = session({ userId, lastUsedAt: NOW - 50 })
      const late = session({ userId })
      const idle = session({ userId, idleExpiresAt: NOW })
      const foreign = session()
      for (const each of [early, late, idle, foreign]) await stores.sessions.open(each)
      expect(await stores.sessions.list(userId, NOW)).toEqual([late, early])
      const newer = session({ userId, sessionVersion: 2, lastUsedAt: NOW - 100 })
      await stores.sessions.open(newer)
      await stores.sessions.forgetBefore(userId, 2)
      expect(await stores.sessions.list(userId, NOW)).toEqual([newer])
      expect(await stores.sessions.list(foreign.userId, NOW)).toEqual([foreign])
    })
  })

  describe('sessions', () => {
    const rotation = ({ userId, id }: Session, change = {}) => ({
      userId,
      sessionId: id,
      generation: 1,
      now: NOW + 10,
      idleExpiresAt: NOW + 1010,
      rotatedBy: 'request 1',
      refreshRate: { since: NOW, refreshes: 1 },
      ...change,
    })

    it('rotates the current generation and answers the new session', async () => {
      const opened = session()
      await stores.sessions.open(opened)
      expect(await stores.sessions.rotate(rotation(opened))).toEqual({
        rotated: true,
        session: {
          ...opened,
          generation: 2,
          lastUsedAt: NOW + 10,
          rotatedAt: NOW + 10,
          rotatedBy: 'request 1',
          refreshRate: { since: NOW, refreshes: 1 },
          idleExpiresAt: NOW + 1010,
        },
      })
    })

    it.each([
      ['an older generation', { generation: 0 }],
      ['a newer generation', { generation: 2 }],
      ['the idle end', { now: NOW + 1000 }],
      ['the absolute end', { now: NOW + 5000 }],
    ])('does not rotate for %s, and answers the stored session', async (_, change) => {
      const opened = session()
      await stores.sessions.open(opened)
      const refused = { rotated: false, session: opened }
      expect(await stores.sessions.rotate(rotation(opened, change))).toEqual(refused)
      expect(await stores.sessions.rotate(rotation(opened, change))).toEqual(refused)
    })

    it('creates no session by rotating a missing one or that of another user', async () => {
      const opened = session()
      expect(await stores.sessions.rotate(rotation(opened))).toEqual({ rotated: false, session: undefined })
      await stores.sessions.open(opened)
      const foreign = { ...rotation(opened), userId: randomUUID() }
      expect(await stores.sessions.rotate(foreign)).toEqual({ rotated: false, session: undefined })
    })

    it('rotates once for fifty calls at once, and answers the others the new generation', async () => {
      const opened = session()
      await stores.sessions.open(opened)
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          stores.sessions.rotate(rotation(opened, { rotatedBy: `${index}` })),
        ),
      )
      expect(outcomes.filter(({ rotated }) => rotated)).toHaveLength(1)
      expect(new Set(outcomes.map((outcome) => outcome.session?.generation))).toEqual(new Set([2]))
    })

    it('extends the predecessor of the generation that a request made, and of no other', async () => {
      const opened = session()
      await stores.sessions.open(opened)
      const { session: rotated } = await stores.sessions.rotate(rotation(opened))
      const stored = async () => (await stores.sessions.rotate(rotation(opened))).session
      const { userId, id: sessionId } = opened
      for (const other of [
        { userId, sessionId, rotatedBy: 'request 2' },
        { userId: randomUUID(), sessionId, rotatedBy: 'request 1' },
      ])
        await stores.sessions.keepPredecessor(other)
      expect(await stored()).toEqual(rotated)
      for (const time of [1, 2]) {
        await stores.sessions.keepPredecessor({ userId, sessionId, rotatedBy: 'request 1' })
        expect([time, await stored()]).toEqual([time, { ...rotated, rotatedAt: opened.expiresAt }])
      }
    })

    it('creates no session by extending the predecessor of a missing one', async () => {
      const { userId, id: sessionId, rotatedBy } = session()
      await stores.sessions.keepPredecessor({ userId, sessionId, rotatedBy })
      expect(await stores.sessions.list(userId, NOW)).toEqual([])
    })

    it('uses a session id once', async () => {
      const opened = session()
      await stores.sessions.open(opened)
      await expect(stores.sessions.open({ ...opened, generation: 9 })).rejects.toThrow()
      expect(await stores.sessions.rotate(rotation(opened))).toMatchObject({ rotated: true })
    })

    it('accepts the same write of a session twice, because the SDK may repeat it', async () => {
      const opened = session()
      await stores.sessions.open(opened)
      await stores.sessions.open({ ...opened })
      expect(await stores.sessions.rotate(rotation(opened))).toMatchObject({ rotated: true })
    })

    it('reads the current state of a session: its user, and whether it was revoked', async () => {
      const ada = account()
      const opened = session({ userId: ada.id })
      expect(await stores.sessions.currentState(ada.id, opened.id)).toEqual({
        account: undefined,
        revoked: false,
      })
      await stores.users.create(ada, NOW)
      await stores.sessions.open(opened)
      expect(await stores.sessions.currentState(ada.id, opened.id)).toEqual({ account: ada, revoked: false })
      await stores.sessions.revoke({ userId: ada.id, sessionId: opened.id, deniedUntil: NOW + 9000 })
      expect(await stores.sessions.currentState(ada.id, opened.id)).toEqual({ account: ada, revoked: true })
    })

    it('revokes permanently, also twice, and without a session item', async () => {
      const opened = session()
      const revoked = { userId: opened.userId, sessionId: opened.id, deniedUntil: NOW + 9000 }
      await stores.sessions.revoke(revoked)
      await stores.sessions.open(opened)
      await stores.sessions.revoke(revoked)
      await stores.sessions.revoke(revoked)
      expect(await stores.sessions.rotate(rotation(opened))).toEqual({ rotated: false, session: undefined })
    })
  })

  describe('the denylist', () => {
    const subject = (change = {}) => ({
      userId: randomUUID(),
      sessionId: randomUUID(),
      roles: ['user'],
      claimsVersion: 3,
      ...change,
    })

    it('denies nothing unless it was revoked', async () => {
      expect(await stores.denylist.denies(subject())).toBe(false)
    })

    it('denies every token of a revoked session, and of no other', async () => {
      const one = subject()
      await stores.sessions.revoke({ ...one, deniedUntil: NOW + 9000 })
      expect(await stores.denylist.denies(one)).toBe(true)
      expect(await stores.denylist.denies({ ...one, sessionId: randomUUID() })).toBe(false)
    })
  })
})

describe('a stored item', () => {
  it.each([{}, { locale: 'xx' }])(
    'of an account of another version, with %j, has the first language',
    async (stored) => {
      const { users } = await engineStores()
      const { locale: _, ...ada } = account()
      await users.create({ ...ada, ...stored } as Account, NOW)
      expect(await users.findById(ada.id)).toEqual({ ...ada, locale: 'en' })
    },
  )

  it('has a version, expires as the catalogue says, and has at most 1 KB', async () => {
    const { client, tables, users, sessions } = await engineStores()
    const largest = account({
      email: `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.com`,
      // A name of emoji needs another 100 bytes, and then a write may cost two units.
      name: '緑'.repeat(100),
      devices: Array.from({ length: MOST_DEVICES }, () => '12345678'),
      roles: ['user', 'admin'],
    })
    const opened = session({
      userId: largest.id,
      rotatedBy: randomUUID(),
      userAgent: 'x'.repeat(256),
      ip: '2001:0db8:85a3:0000:0000:8a2e:0370:7334',
    })
    await users.create(largest, NOW)
    await sessions.open(opened)
    await sessions.revoke({ userId: 'another', sessionId: 'another', deniedUntil: NOW + 8900 })

    const read = async (table: string, key: object) =>
      (await client.send(new GetCommand({ TableName: table, Key: { ...key } }))).Item ?? {}
    const stored = await read(tables.usersTable, accountKey(largest.id))
    expect(stored).toMatchObject({ v: 1 })
    expect(sizeOf(stored)).toBeLessThanOrEqual(1024)
    const storedSession = await read(tables.sessionsTable, sessionKey(largest.id, opened.id))
    expect(storedSession).toMatchObject({ v: 1, expiresAt: opened.expiresAt })
    expect(sizeOf(storedSession)).toBeLessThanOrEqual(1024)
    expect(await read(tables.refreshTokenDenylistTable, revokedFamilyKey('another'))).toEqual({
      pk: 'SESSION#another',
      expiresAt: NOW + 8900,
      v: 1,
    })
  })

  it('does not grow with refreshes', async () => {
    const { client, tables, sessions } = await engineStores()
    const opened = session()
    await sessions.open(opened)
    for (let generation = 1; generation <= 20; generation++) {
      const { rotated } = await sessions.rotate({
        userId: opened.userId,
        sessionId: opened.id,
        generation,
        now: NOW,
        idleExpiresAt: NOW + 1000,
        rotatedBy: randomUUID(),
        refreshRate: { since: NOW, refreshes: 1 },
      })
      expect(rotated).toBe(true)
    }
    const { Count } = await client.send(new ScanCommand({ TableName: tables.sessionsTable }))
    expect(Count).toBe(1)
  })

  it('that no writer of ours wrote fails the request with the name of the field', async () => {
    const { client, tables, users } = await engineStores()
    const id = randomUUID()
    const Item = { ...accountKey(id), ...account({ id }), sessionVersion: 'one', v: 1 }
    await client.send(new PutCommand({ TableName: tables.usersTable, Item }))
    await expect(users.findById(id)).rejects.toThrow('A stored account has no usable sessionVersion')
  })
})

describe('a session that cannot be revoked completely', () => {
  it.each(['sessionsTable', 'refreshTokenDenylistTable'] as const)(
    'is not revoked in part where %s fails',
    async (table) => {
      const { client, tables, sessions, denylist } = await engineStores()
      const opened = session()
      await sessions.open(opened)
      const { userId, id: sessionId } = opened
      const broken = dynamoSessions(client, { ...tables, [table]: 'no-such-table' })
      await expect(broken.revoke({ userId, sessionId, deniedUntil: NOW + 9000 })).rejects.toThrow()
      expect(await sessions.list(userId, NOW)).toEqual([opened])
      expect(await denylist.denies({ userId, sessionId, claimsVersion: 1 })).toBe(false)
    },
  )
})
