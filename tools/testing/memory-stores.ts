import type {
  AuthSessionStore,
  FactorUndoStore,
  PasskeyStore,
  TotpStore,
} from '../../lib/domain/factor-ports.ts'
import type {
  Clock,
  CodeStore,
  Counters,
  Denylist,
  SessionOpenings,
  SessionStore,
  UserData,
  UserStore,
} from '../../lib/domain/ports.ts'
import type { IdentityStore, SocialStore } from '../../lib/domain/social-ports.ts'
import { memoryCodes } from './memory-codes.ts'
import { memoryCounters } from './memory-counters.ts'
import {
  memoryAuthSessions,
  memoryFactorUndos,
  memoryPasskeys,
  memorySessionOpenings,
  memoryTotps,
} from './memory-factors.ts'
import { memorySessions } from './memory-sessions.ts'
import { memoryIdentities, memorySocial } from './memory-social.ts'
import { type MemoryTables, roundTrip } from './memory-tables.ts'
import { memoryUsers } from './memory-users.ts'

/**
 * The stores without an engine. They share their tables. Each operation decides and writes at once, so races end as they do in
 * DynamoDB.
 */
export function memoryStores(
  tables: MemoryTables,
  clock: Clock = { now: () => 0 },
): {
  users: UserStore
  sessions: SessionStore
  denylist: Denylist
  codes: CodeStore
  counters: Counters
  userData: UserData
  authSessions: AuthSessionStore
  sessionOpenings: SessionOpenings
  totps: TotpStore
  passkeys: PasskeyStore
  factorUndos: FactorUndoStore
  identities: IdentityStore
  social: SocialStore
} {
  const { revokedFamilies, revokedClaims } = tables
  return {
    userData: {},
    users: memoryUsers(tables, clock),
    sessions: memorySessions(tables),
    codes: memoryCodes(tables),
    authSessions: memoryAuthSessions(tables),
    sessionOpenings: memorySessionOpenings(tables),
    totps: memoryTotps(tables),
    passkeys: memoryPasskeys(tables),
    factorUndos: memoryFactorUndos(tables),
    identities: memoryIdentities(tables),
    social: memorySocial(tables),
    counters: memoryCounters(tables),
    denylist: {
      async denies({ userId, sessionId, claimsVersion }) {
        await roundTrip()
        return revokedFamilies.has(sessionId) || claimsVersion < (revokedClaims.get(userId) ?? 0)
      },
    },
  }
}
