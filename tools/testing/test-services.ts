import { randomUUID } from 'node:crypto'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { handler as deliver } from '../../functions/mail/send.ts'
import { commonPasswords } from '../../lib/blocklist/common-passwords.ts'
import { accessTokenIssuer, accessTokenVerifier } from '../../lib/crypto/access-tokens.ts'
import { cursors } from '../../lib/crypto/cursors.ts'
import type { Rotated } from '../../lib/crypto/key-rotation.ts'
import type { Rotating } from '../../lib/crypto/key-states.ts'
import { keyedHashes } from '../../lib/crypto/keyed-hashes.ts'
import type { Keys } from '../../lib/crypto/keys.ts'
import { bcryptPasswords } from '../../lib/crypto/passwords.ts'
import { publishedKeys } from '../../lib/crypto/published-keys.ts'
import { refreshTokens } from '../../lib/crypto/refresh-tokens.ts'
import type { EmailJob } from '../../lib/domain/email-jobs.ts'
import type { EmailTemplate } from '../../lib/domain/email-templates.ts'
import type { Lifetimes } from '../../lib/domain/lifetimes.ts'
import { limits as defaultLimits, type Limits } from '../../lib/domain/limits.ts'
import { notifications, type Policy } from '../../lib/domain/policy.ts'
import type {
  CodeStore,
  Counters,
  Denylist,
  EmailJobs,
  Outbox,
  Ports,
  SessionStore,
  UserData,
  UserDataStore,
  UserStore,
} from '../../lib/domain/ports.ts'
import { rateLimiter } from '../../lib/domain/rate-limiter.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import type { CoreServices } from '../../lib/lambda/handler-services.ts'
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
  readonly userData: UserData
  /** Where jobs are also put and removed. `delivered` processes them in a test. */
  readonly outbox?: Outbox
  readonly emailJobs?: Pick<EmailJobs, 'forget'>
}

export interface TestServices
  extends Omit<Ports, 'events'>,
    CoreServices,
    Omit<Stores, 'outbox' | 'emailJobs'> {
  readonly clock: TestClock
  readonly tables: MemoryTables
  /** Email jobs that wait for `delivered`. */
  readonly waitingJobs: EmailJob[]
  /** What was mailed, oldest first. */
  readonly mailbox: { readonly to: string; readonly template: EmailTemplate }[]
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

/** Limits that no test reaches unless it sets its own. */
const noLimits = Object.fromEntries(
  Object.entries(defaultLimits).map(([name, { seconds }]) => [name, { most: 1_000_000, seconds }]),
) as Limits

export const policy: Policy = {
  sendsMail: true,
  requireVerifiedEmail: false,
  emailLogin: true,
  notifications,
  passwordMinLength: 15,
  productName: 'Cardea',
  unverifiedAccountDays: 14,
}

/** All the services of a running Cardea: real keys, tokens and hashes (of the lowest cost), stores in memory, a test clock. */
export function testServices(
  change: {
    readonly lifetimes?: Partial<Lifetimes>
    readonly limits?: Partial<Limits>
    readonly policy?: Partial<Policy>
    readonly trustedProxies?: Partial<TrustedProxies>
    readonly stores?: Stores
    readonly keys?: Keys
    /** The clock of `stores`, if they have one. */
    readonly clock?: TestClock
  } = {},
): TestServices {
  const tables = memoryTables()
  const clock = change.clock ?? testClock()
  const stores = change.stores ?? memoryStores(tables, clock)
  const keys = change.keys ?? testKeys
  const limits = { ...noLimits, ...change.limits }
  const waitingJobs: EmailJob[] = []
  const mailbox: TestServices['mailbox'] = []
  return {
    clock,
    tables,
    waitingJobs,
    mailbox,
    lifetimes: { ...lifetimes, ...change.lifetimes },
    limits,
    policy: { ...policy, ...change.policy },
    issuer: parties.issuer,
    allowedOrigins: ['https://app.example.com'],
    trustedProxies: { trustedProxySecrets: [], trustedBackendSecrets: [], ...change.trustedProxies },
    ...stores,
    rateLimiter: rateLimiter({ ...stores, keyedHashes: keyedHashes(keys), clock, limits }),
    keyedHashes: keyedHashes(keys),
    ...post(waitingJobs, mailbox, change.stores),
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

/** The same services under other limits, with their counters. */
export function limited(services: TestServices, change: Partial<Limits>): TestServices {
  const limits = { ...services.limits, ...change }
  return { ...services, limits, rateLimiter: rateLimiter({ ...services, limits }) }
}

/** An outbox whose jobs wait, and a mailer that records its mails. */
function post(
  waitingJobs: EmailJob[],
  mailbox: TestServices['mailbox'],
  stores: Pick<Stores, 'outbox' | 'emailJobs'> = {},
): Pick<Ports, 'outbox' | 'emailJobs' | 'mailer'> {
  const outbox: Outbox = {
    async put(job, now) {
      await (stores.outbox?.put(job, now) ?? roundTrip())
      waitingJobs.push(job)
    },
  }
  const emailJobs: EmailJobs = {
    read: (record) => (record as { read: ReturnType<EmailJobs['read']> }).read,
    forget: async (id) => stores.emailJobs?.forget(id),
  }
  return {
    outbox,
    emailJobs,
    mailer: {
      async send(to, template) {
        mailbox.push({ to, template })
        return 'sent'
      },
    },
  }
}

/** Runs the mail function over the waiting jobs. Returns what it has mailed. */
export async function delivered(services: TestServices): Promise<TestServices['mailbox']> {
  const before = services.mailbox.length
  const expiresAt = services.clock.now() + 3600
  const Records = services.waitingJobs
    .splice(0)
    .map((job) => ({ read: { id: randomUUID(), job, expiresAt } }))
  const { batchItemFailures } = await deliver.over(services)(
    { Records } as unknown as DynamoDBStreamEvent,
    context(),
  )
  if (batchItemFailures.length > 0) throw new Error('An email job failed')
  return services.mailbox.slice(before)
}

/** How a store fails that does not answer. */
export const unavailable = () =>
  Promise.reject(new Refusal('unavailable', { cause: new Error('ThrottlingException') }))

/** The services with stores that do not answer, except the denylist, so that the authorizer admits requests. */
export function silent(services: TestServices): TestServices {
  const failing = <T extends object>(store: T) =>
    Object.fromEntries(Object.keys(store).map((name) => [name, unavailable])) as T
  const { users, userData, sessions, codes, outbox } = services
  return {
    ...services,
    users: failing(users),
    userData: Object.fromEntries(
      Object.entries<UserDataStore>({ ...userData }).map(([table, store]) => [table, failing(store)]),
    ) as unknown as UserData,
    sessions: failing(sessions),
    codes: failing(codes),
    outbox: failing(outbox),
    publishedKeys: { list: unavailable },
  }
}
