import { randomUUID } from 'node:crypto'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { handler as deliver } from '../../functions/mail/deliver.ts'
import { commonPasswords } from '../../lib/blocklist/common-passwords.ts'
import { accessTokenIssuer, accessTokenVerifier } from '../../lib/crypto/access-tokens.ts'
import { cursors } from '../../lib/crypto/cursors.ts'
import { fingerprints } from '../../lib/crypto/fingerprints.ts'
import type { Rotated } from '../../lib/crypto/key-rotation.ts'
import type { Rotating } from '../../lib/crypto/key-standing.ts'
import type { Keys } from '../../lib/crypto/keys.ts'
import { bcryptPasswords } from '../../lib/crypto/passwords.ts'
import { publishedKeys } from '../../lib/crypto/published-keys.ts'
import { refreshTokens } from '../../lib/crypto/refresh-tokens.ts'
import type { Letter } from '../../lib/domain/letters.ts'
import type { Lifetimes } from '../../lib/domain/lifetimes.ts'
import { limits as defaultLimits, type Limits } from '../../lib/domain/limits.ts'
import type { MailOrder } from '../../lib/domain/mail-orders.ts'
import { notices, type Policy } from '../../lib/domain/policy.ts'
import type {
  CodeStore,
  Counters,
  Denylist,
  Orders,
  Outbox,
  Ports,
  SessionStore,
  UserStore,
} from '../../lib/domain/ports.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import { throttle } from '../../lib/domain/throttle.ts'
import type { Core } from '../../lib/lambda/parts.ts'
import type { TrustedProxies } from '../../lib/lambda/trusted-proxies.ts'
import { type TestClock, testClock } from './clock.ts'
import { context } from './events.ts'
import { testKeys } from './keys.ts'
import { type MemoryTables, memoryStores, memoryTables, roundTrip } from './memory-stores.ts'

export interface Stores {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly denylist: Denylist
  readonly codes: CodeStore
  readonly counters: Counters
  /** Where orders are left too, and forgotten; what mails them in a test is told by `delivered`. */
  readonly outbox?: Outbox
  readonly orders?: Pick<Orders, 'forget'>
}

export interface World extends Omit<Ports, 'events'>, Core, Omit<Stores, 'outbox' | 'orders'> {
  readonly clock: TestClock
  readonly tables: MemoryTables
  /** Orders that wait for `post`. */
  readonly left: MailOrder[]
  /** What was mailed, oldest first. */
  readonly mailbox: { readonly to: string; readonly letter: Letter }[]
  readonly publishedKeys: ReturnType<typeof publishedKeys>
  readonly rotation: { rotate(name: Rotating, now: number): Promise<Rotated> }
}

export const parties = { issuer: 'https://auth.example.com', audience: 'cardea' }
export const lifetimes: Lifetimes = {
  accessTokenSeconds: 900,
  sessionIdleSeconds: 14 * 86_400,
  sessionAbsoluteSeconds: 30 * 86_400,
  refreshGraceSeconds: 60,
}

/** So many that no test reaches them that is about something else. */
const noLimits = Object.fromEntries(
  Object.entries(defaultLimits).map(([name, { seconds }]) => [name, { most: 1_000_000, seconds }]),
) as Limits

export const policy: Policy = {
  sendsMail: true,
  requireVerifiedEmail: false,
  emailLogin: true,
  notices,
  passwordMinLength: 15,
  productName: 'Cardea',
  unconfirmedAccountDays: 14,
}

/** All the parts of a running Cardea: real keys, tokens and hashes (of the least cost), stores in memory, a clock that stands. */
export function world(
  change: {
    readonly lifetimes?: Partial<Lifetimes>
    readonly limits?: Partial<Limits>
    readonly policy?: Partial<Policy>
    readonly trustedProxies?: Partial<TrustedProxies>
    readonly stores?: Stores
    readonly keys?: Keys
    /** That of the stores, where they have one. */
    readonly clock?: TestClock
  } = {},
): World {
  const tables = memoryTables()
  const clock = change.clock ?? testClock()
  const stores = change.stores ?? memoryStores(tables, clock)
  const keys = change.keys ?? testKeys
  const limits = { ...noLimits, ...change.limits }
  const left: MailOrder[] = []
  const mailbox: World['mailbox'] = []
  return {
    clock,
    tables,
    left,
    mailbox,
    lifetimes: { ...lifetimes, ...change.lifetimes },
    limits,
    policy: { ...policy, ...change.policy },
    issuer: parties.issuer,
    allowedOrigins: ['https://app.example.com'],
    trustedProxies: { trustedProxySecrets: [], trustedBackendSecrets: [], ...change.trustedProxies },
    ...stores,
    throttle: throttle({ ...stores, fingerprints: fingerprints(keys), clock, limits }),
    fingerprints: fingerprints(keys),
    ...post(left, mailbox, change.stores),
    commonPasswords: commonPasswords(),
    breachedPasswords: { find: async () => 'not_found' },
    passwords: bcryptPasswords({ cost: 4, keys }),
    accessTokenIssuer: accessTokenIssuer(parties, keys),
    accessTokenVerifier: accessTokenVerifier(parties, keys),
    refreshTokens: refreshTokens(keys),
    cursors: cursors(keys),
    publishedKeys: publishedKeys(keys),
    rotation: { rotate: async () => ({ made: [], retired: [] }) },
  }
}

/** The same world, its counters as they stand, under other limits. */
export function limited(parts: World, change: Partial<Limits>): World {
  const limits = { ...parts.limits, ...change }
  return { ...parts, limits, throttle: throttle({ ...parts, limits }) }
}

/** An outbox whose orders wait, and a mailer that keeps what it is given. */
function post(
  left: MailOrder[],
  mailbox: World['mailbox'],
  stores: Pick<Stores, 'outbox' | 'orders'> = {},
): Pick<Ports, 'outbox' | 'orders' | 'mailer'> {
  const outbox: Outbox = {
    async put(order, now) {
      await (stores.outbox?.put(order, now) ?? roundTrip())
      left.push(order)
    },
  }
  const orders: Orders = {
    read: (record) => (record as { left: ReturnType<Orders['read']> }).left,
    forget: async (id) => stores.orders?.forget(id),
  }
  return {
    outbox,
    orders,
    mailer: {
      async send(to, letter) {
        mailbox.push({ to, letter })
        return 'sent'
      },
    },
  }
}

/** Lets the function that mails fulfil what was ordered, and gives what it has mailed. */
export async function delivered(parts: World): Promise<World['mailbox']> {
  const before = parts.mailbox.length
  const expiresAt = parts.clock.now() + 3600
  const Records = parts.left.splice(0).map((order) => ({ left: { id: randomUUID(), order, expiresAt } }))
  const { batchItemFailures } = await deliver.over(parts)(
    { Records } as unknown as DynamoDBStreamEvent,
    context(),
  )
  if (batchItemFailures.length > 0) throw new Error('An order was not fulfilled')
  return parts.mailbox.slice(before)
}

/** What a store says that does not answer. */
export const unavailable = () =>
  Promise.reject(new Refusal('unavailable', { cause: new Error('ThrottlingException') }))

/** A world whose stores cannot be reached but for the denylist, so that doors are reached at all. */
export function silent(parts: World): World {
  const failing = <T extends object>(store: T) =>
    Object.fromEntries(Object.keys(store).map((name) => [name, unavailable])) as T
  const { users, sessions, codes, outbox } = parts
  return {
    ...parts,
    users: failing(users),
    sessions: failing(sessions),
    codes: failing(codes),
    outbox: failing(outbox),
    publishedKeys: { list: unavailable },
  }
}
