import { commonPasswords } from '../../lib/blocklist/common-passwords.ts'
import { accessTokenIssuer, accessTokenVerifier } from '../../lib/crypto/access-tokens.ts'
import { cursors } from '../../lib/crypto/cursors.ts'
import type { Rotated } from '../../lib/crypto/key-rotation.ts'
import type { Rotating } from '../../lib/crypto/key-states.ts'
import { keyedHashes } from '../../lib/crypto/keyed-hashes.ts'
import type { Keys } from '../../lib/crypto/keys.ts'
import { bcryptPasswords } from '../../lib/crypto/passwords.ts'
import { publishedKeys } from '../../lib/crypto/published-keys.ts'
import { recoveryCodeHashes } from '../../lib/crypto/recovery-code-hashes.ts'
import { refreshTokens } from '../../lib/crypto/refresh-tokens.ts'
import { totpSecrets } from '../../lib/crypto/totp-secrets.ts'
import { passkeyVerifier } from '../../lib/crypto/webauthn.ts'
import type {
  AuthSessionStore,
  FactorUndoStore,
  PasskeyStore,
  TotpStore,
} from '../../lib/domain/factor-ports.ts'
import type { Lifetimes } from '../../lib/domain/lifetimes.ts'
import { limits as defaultLimits, type Limits } from '../../lib/domain/limits.ts'
import { notifications, type Policy } from '../../lib/domain/policy.ts'
import type {
  CodeStore,
  Counters,
  Denylist,
  Ports,
  SessionOpenings,
  SessionStore,
  UserData,
  UserStore,
} from '../../lib/domain/ports.ts'
import { rateLimiter } from '../../lib/domain/rate-limiter.ts'
import type { IdentityStore, SocialStore } from '../../lib/domain/social-ports.ts'
import type { CoreServices } from '../../lib/lambda/handler-services.ts'
import type { TrustedProxies } from '../../lib/lambda/trusted-proxies.ts'
import { type TestClock, testClock } from './clock.ts'
import { testKeys } from './keys.ts'
import { memoryStores } from './memory-stores.ts'
import { type MemoryTables, memoryTables } from './memory-tables.ts'
import { type JobStores, type TestMail, testMail } from './test-mail.ts'
import { type TestProviders, testProviders } from './test-providers.ts'

/** Stores of an engine. The email jobs that they are given are processed by `delivered`. */
export interface Stores extends JobStores {
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly denylist: Denylist
  readonly codes: CodeStore
  readonly counters: Counters
  readonly authSessions: AuthSessionStore
  readonly sessionOpenings: SessionOpenings
  readonly totps: TotpStore
  readonly passkeys: PasskeyStore
  readonly factorUndos: FactorUndoStore
  readonly identities: IdentityStore
  readonly social: SocialStore
  readonly userData: UserData
}

export interface TestServices
  extends Omit<Ports, 'events' | 'socialProviders'>,
    CoreServices,
    Omit<Stores, keyof JobStores>,
    TestMail {
  readonly clock: TestClock
  readonly tables: MemoryTables
  readonly socialProviders: TestProviders
  readonly publishedKeys: ReturnType<typeof publishedKeys>
  readonly rotation: { rotate(name: Rotating, now: number): Promise<Rotated> }
}

export const parties = { issuer: 'https://auth.example.com', audience: 'cardea' }
export const lifetimes: Lifetimes = {
  accessTokenSeconds: 900,
  sessionIdleSeconds: 14 * 86_400,
  sessionAbsoluteSeconds: 30 * 86_400,
  refreshGraceSeconds: 60,
  freshSeconds: 600,
}

/** The RP ID of passkeys, and the origins of their pages. */
export const relyingParty = {
  rpId: 'example.com',
  origins: [parties.issuer, 'https://app.example.com'],
}

/** Where flows of social login may end. */
export const socialDestinations = {
  redirects: [
    'https://app.example.com/after-login',
    `${parties.issuer}/ui/login`,
    `${parties.issuer}/ui/account`,
  ],
  loginPage: `${parties.issuer}/ui/login`,
}

/** Limits that no test reaches unless it sets its own. */
const noLimits = Object.fromEntries(
  Object.entries(defaultLimits).map(([name, { seconds }]) => [name, { most: 1_000_000, seconds }]),
) as Limits

export const policy: Policy = {
  sendsMail: true,
  requireVerifiedEmail: false,
  emailLogin: true,
  secondFactorFor: 'none',
  notifications,
  passwordMinLength: 15,
  productName: 'Cardea',
  signUp: 'open',
  providers: [
    { name: 'google', label: 'Google' },
    { name: 'github', label: 'GitHub' },
  ],
  unverifiedAccountDays: 14,
}

// Unpacked once for all tests of a file, as once for all requests of a function.
const blocklist = commonPasswords()

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
  return {
    clock,
    tables,
    lifetimes: { ...lifetimes, ...change.lifetimes },
    limits,
    policy: { ...policy, ...change.policy },
    issuer: parties.issuer,
    allowedOrigins: ['https://app.example.com'],
    trustedProxies: { trustedProxySecrets: [], trustedBackendSecrets: [], ...change.trustedProxies },
    ...stores,
    rateLimiter: rateLimiter({ ...stores, keyedHashes: keyedHashes(keys), clock, limits }),
    keyedHashes: keyedHashes(keys),
    ...testMail(change.stores),
    commonPasswords: blocklist,
    breachedPasswords: { find: async () => 'not_found' },
    passwords: bcryptPasswords({ cost: 4, keys }),
    accessTokenIssuer: accessTokenIssuer(parties, keys),
    accessTokenVerifier: accessTokenVerifier(parties, keys),
    refreshTokens: refreshTokens(keys),
    cursors: cursors(keys),
    totpSecrets: totpSecrets(keys),
    recoveryCodeHashes: recoveryCodeHashes(keys),
    relyingParty,
    passkeyVerifier: passkeyVerifier(relyingParty),
    publishedKeys: publishedKeys(keys),
    socialProviders: testProviders(),
    socialDestinations,
    rotation: { rotate: async () => ({ made: [], retired: [] }) },
  }
}

/** The same services under other limits, with their counters. */
export function limited(services: TestServices, change: Partial<Limits>): TestServices {
  const limits = { ...services.limits, ...change }
  return { ...services, limits, rateLimiter: rateLimiter({ ...services, limits }) }
}
