import { randomUUID } from 'node:crypto'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { newAccount } from '../../tools/testing/accounts.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { newIdentity } from '../../tools/testing/identities.ts'
import { sizeOf } from '../../tools/testing/item-size.ts'
import { memoryStores } from '../../tools/testing/memory-stores.ts'
import { memoryTables } from '../../tools/testing/memory-tables.ts'
import { lifetimes, type Stores } from '../../tools/testing/test-services.ts'
import type { AuthSession } from '../domain/factor-ports.ts'
import type { Opening } from '../domain/ports.ts'
import { newSession } from '../domain/sessions.ts'
import type { Identity } from '../domain/social-ports.ts'
import { type Account, changedBy } from '../domain/users.ts'
import { authSessionKey } from './item-keys.ts'

const NOW = 1_800_000_000
const ENROLMENT = 'enrolment'
const clock = { now: () => NOW }
const client = { userAgent: 'a test', ip: '198.51.100.7' }
const memory = async (): Promise<Stores> => memoryStores(memoryTables())

describe.each([
  ['in memory', memory],
  ['in DynamoDB', engineStores],
])('a link that waits for a second factor, %s', (_, make) => {
  let stores: Stores
  beforeAll(async () => {
    stores = await make()
  })

  /** An account with an authenticator app. */
  const enrolled = async () => {
    const account = newAccount({ emailVerified: true })
    await stores.users.create(account, NOW)
    const changed = await stores.users.change(account, {
      factors: { totp: true, passkeys: 0 },
      factorWrites: {
        totp: {
          userId: account.id,
          enrolmentId: ENROLMENT,
          sealedSecret: 'sealed',
          lastStep: 1,
          failures: 0,
          enrolledAt: NOW,
          lastUsedAt: NOW,
        },
      },
      endsSessions: true,
      deniedUntil: NOW,
    })
    if (typeof changed === 'string') throw new Error(changed)
    return changed
  }
  /** A second step that waits, and links `identity`. */
  const waiting = async (account: Account, identity: Identity) => {
    const authSession: AuthSession = {
      userId: account.id,
      tokenHash: randomUUID(),
      sessionVersion: account.sessionVersion,
      amr: ['pwd'],
      enrolsOnly: false,
      links: { provider: identity.provider, issuer: identity.issuer, subject: identity.subject },
      expiresAt: NOW + 600,
    }
    await stores.authSessions.put(authSession)
    return authSession
  }
  const opening = (account: Account, authSession: AuthSession, links: Identity, step = 2): Opening => {
    const changed = changedBy(account, { identities: account.identities + 1, endsSessions: true })
    const proven = { amr: ['pwd', 'otp', 'mfa'], acr: 'aal2', client } as const
    return {
      session: newSession({ clock, lifetimes }, changed, proven),
      account,
      spends: { type: 'totp', enrolmentId: ENROLMENT, step },
      links,
      ends: { authSession, now: NOW },
    }
  }
  /** What a link leaves as it was, if it fails. */
  const stateOf = async ({ id }: Account, authSession: AuthSession) => ({
    ...(await stores.totps.find(id)),
    ...(await stores.authSessions.find(id, authSession.tokenHash)),
    identities: await stores.identities.list(id),
    sessions: await stores.sessions.list(id, NOW),
    denied: await stores.denylist.denies({ userId: id, sessionId: 'none', claimsVersion: 2 }),
  })

  it('is kept in the auth session', async () => {
    const account = await enrolled()
    const identity = newIdentity(account.id, NOW)
    const authSession = await waiting(account, identity)
    const found = await stores.authSessions.find(account.id, authSession.tokenHash)
    expect(found).toEqual({ account, authSession })
  })

  it('is made with the session, counts the identity, and moves both versions once', async () => {
    const account = await enrolled()
    const former = newSession({ clock, lifetimes }, account, { amr: ['pwd'], acr: 'aal1', client })
    await stores.sessions.open(former)
    const identity = newIdentity(account.id, NOW)
    const step = opening(account, await waiting(account, identity), identity)
    expect(await stores.sessionOpenings.open(step)).toBe('opened')

    const linked = { ...account, identities: 1, claimsVersion: 3, sessionVersion: 3 }
    expect(await stores.identities.find(identity.id)).toEqual({ identity, account: linked })
    const claims = { userId: account.id, sessionId: randomUUID() }
    expect(await stores.denylist.denies({ ...claims, claimsVersion: 2 })).toBe(true)
    expect(await stores.denylist.denies({ ...claims, claimsVersion: 3 })).toBe(false)
    // The others end by their version.
    const open = await stores.sessions.list(account.id, NOW)
    expect(open.filter(({ sessionVersion }) => sessionVersion === 3)).toEqual([step.session])
  })

  it('is made once by fifty second steps at once of one auth session', async () => {
    const account = await enrolled()
    const identity = newIdentity(account.id, NOW)
    const authSession = await waiting(account, identity)
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        stores.sessionOpenings.open(opening(account, authSession, identity, 2 + index)),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'version_conflict')).toHaveLength(49)
    expect(await stores.users.findById(account.id)).toMatchObject({ identities: 1, sessionVersion: 3 })
    expect(await stores.sessions.list(account.id, NOW)).toHaveLength(1)
  })

  it('is made by one of two accounts at once, and the other keeps its auth session and its proof', async () => {
    for (let round = 0; round < 5; round++) {
      const subject = randomUUID()
      const both = await Promise.all(
        [0, 1].map(async () => {
          const account = await enrolled()
          const identity = newIdentity(account.id, NOW, { subject })
          const authSession = await waiting(account, identity)
          return { account, identity, authSession, before: await stateOf(account, authSession) }
        }),
      )
      const outcomes = await Promise.all(
        both.map(({ account, identity, authSession }) =>
          stores.sessionOpenings.open(opening(account, authSession, identity)),
        ),
      )
      expect(outcomes.toSorted()).toEqual(['identity_taken', 'opened'])
      const lost = both[outcomes.indexOf('identity_taken')]
      const won = both[outcomes.indexOf('opened')]
      if (!lost || !won) throw new Error('Nobody won')
      expect(await stateOf(lost.account, lost.authSession)).toEqual(lost.before)
      expect((await stores.identities.find(won.identity.id)).account?.id).toBe(won.account.id)
    }
  })

  it.each<[string, (account: Account) => Promise<unknown>]>([
    [
      'disabled',
      (account) =>
        stores.users.change(account, { status: 'disabled', endsSessions: false, deniedUntil: NOW }),
    ],
    ['changed', (account) => stores.users.change(account, { endsSessions: true, deniedUntil: NOW })],
    ['deleted', (account) => stores.users.remove(account, { now: NOW, deniedUntil: NOW })],
  ])('is not made for an account that was %s meanwhile', async (_, meanwhile) => {
    const account = await enrolled()
    const identity = newIdentity(account.id, NOW)
    const authSession = await waiting(account, identity)
    await meanwhile(account)
    const step = opening(account, authSession, identity)
    expect(await stores.sessionOpenings.open(step)).toBe('version_conflict')
    expect(await stores.identities.find(identity.id)).toEqual({ identity: undefined, account: undefined })
    expect(await stores.sessions.list(account.id, NOW)).toEqual([])
  })

  it.each([
    ['an expired auth session', { now: NOW + 600 }, 2, 'ended'],
    ['a time step that was used', { now: NOW }, 1, 'spent'],
  ])('is not made with %s', async (_, { now }, step, outcome) => {
    const account = await enrolled()
    const identity = newIdentity(account.id, NOW)
    const authSession = await waiting(account, identity)
    const before = await stateOf(account, authSession)
    const asked = { ...opening(account, authSession, identity, step), ends: { authSession, now } }
    expect(await stores.sessionOpenings.open(asked)).toBe(outcome)
    expect(await stateOf(account, authSession)).toEqual(before)
  })
})

describe('the item of an auth session that links', () => {
  it('keeps no email and no name, and has at most 1 KB', async () => {
    const { client, tables, authSessions } = await engineStores()
    const [userId, tokenHash] = [randomUUID(), 'h'.repeat(43)]
    const links = {
      provider: 'p'.repeat(20),
      issuer: 'i'.repeat(100),
      subject: 's'.repeat(255),
      accountName: 'a'.repeat(254),
    }
    await authSessions.put({
      userId,
      tokenHash,
      sessionVersion: 1,
      amr: ['social'],
      enrolsOnly: false,
      links: Object.assign({ email: 'ada@example.com', name: 'Ada' }, links),
      expiresAt: NOW,
    })
    const Key = authSessionKey(userId, tokenHash)
    const { Item } = await client.send(new GetCommand({ TableName: tables.sessionsTable, Key }))
    expect(Item?.links).toEqual(links)
    expect(sizeOf(Item)).toBeLessThanOrEqual(1024)
  })
})
