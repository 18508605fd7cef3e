import { accessTokenIssuer, accessTokenVerifier } from '../crypto/access-tokens.ts'
import { cursors } from '../crypto/cursors.ts'
import { generateKeySet, keysOf } from '../crypto/key-set.ts'
import { bcryptPasswords } from '../crypto/passwords.ts'
import { publishedKeys } from '../crypto/published-keys.ts'
import { refreshTokens } from '../crypto/refresh-tokens.ts'
import type { Lifetimes } from '../domain/lifetimes.ts'
import type { Denylist, Ports, SessionStore, UserStore } from '../domain/ports.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Core } from '../http/route.ts'
import { type TestClock, testClock } from './clock.ts'
import { type MemoryTables, memoryStores, memoryTables } from './memory-stores.ts'

export interface World extends Omit<Ports, 'events'>, Core {
  readonly clock: TestClock
  readonly tables: MemoryTables
  readonly publishedKeys: ReturnType<typeof publishedKeys>
}

export const parties = { issuer: 'https://auth.example.com', audience: 'cardea' }
/** Real keys; made once, as making them is the slow part. RSA of 2048 bits is the least that is accepted. */
export const testKeySet = generateKeySet(2048)
export const testKeys = keysOf(testKeySet)

export const lifetimes: Lifetimes = {
  accessTokenSeconds: 900,
  sessionIdleSeconds: 14 * 86_400,
  sessionAbsoluteSeconds: 30 * 86_400,
  refreshGraceSeconds: 60,
}

/** All the parts of a running Cardea: real keys, tokens and hashes (of the least cost), stores in memory, a clock that stands. */
export function world(
  change: {
    readonly lifetimes?: Partial<Lifetimes>
    readonly stores?: { users: UserStore; sessions: SessionStore; denylist: Denylist }
  } = {},
): World {
  const tables = memoryTables()
  return {
    clock: testClock(),
    tables,
    lifetimes: { ...lifetimes, ...change.lifetimes },
    issuer: parties.issuer,
    allowedOrigins: ['https://app.example.com'],
    ...(change.stores ?? memoryStores(tables)),
    passwords: bcryptPasswords({ cost: 4, keys: testKeys }),
    accessTokenIssuer: accessTokenIssuer(parties, testKeys),
    accessTokenVerifier: accessTokenVerifier(parties, testKeys),
    refreshTokens: refreshTokens(testKeys),
    cursors: cursors(testKeys),
    publishedKeys: publishedKeys(testKeys),
  }
}

/** What a store says that does not answer. */
export const unavailable = () =>
  Promise.reject(new Refusal('unavailable', { cause: new Error('ThrottlingException') }))

/** A world whose users and sessions cannot be reached; the denylist still can, so that doors are reached at all. */
export function silent(parts: World): World {
  const failing = <T extends object>(store: T) =>
    Object.fromEntries(Object.keys(store).map((name) => [name, unavailable])) as T
  return { ...parts, users: failing(parts.users), sessions: failing(parts.sessions) }
}
