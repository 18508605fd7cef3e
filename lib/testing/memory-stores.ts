import { isDeepStrictEqual } from 'node:util'
import type { Denylist, Session, SessionStore, UserStore } from '../domain/ports.ts'
import type { Account } from '../domain/users.ts'

/** The tables of one world, as maps. */
export interface MemoryTables {
  readonly accounts: Map<string, Account>
  readonly userIdByEmail: Map<string, string>
  readonly sessions: Map<string, Session>
  /** Session ids to when the entry may be forgotten. */
  readonly revokedFamilies: Map<string, number>
  /** User ids to the lowest claims version still accepted. */
  readonly revokedClaims: Map<string, number>
}

export const memoryTables = (): MemoryTables => ({
  accounts: new Map(),
  userIdByEmail: new Map(),
  sessions: new Map(),
  revokedFamilies: new Map(),
  revokedClaims: new Map(),
})

/** Other requests run between a question and its answer, as they do with a store across a network. */
const roundTrip = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The stores without an engine. Each operation decides and writes at once, so races end as they do in DynamoDB. */
export function memoryStores(tables: MemoryTables): {
  users: UserStore
  sessions: SessionStore
  denylist: Denylist
} {
  const { accounts, userIdByEmail, sessions, revokedFamilies, revokedClaims } = tables
  return {
    users: {
      async create(account) {
        await roundTrip()
        if (userIdByEmail.has(account.email)) return 'email_taken'
        userIdByEmail.set(account.email, account.id)
        accounts.set(account.id, account)
        return 'created'
      },
      async findByEmail(email) {
        await roundTrip()
        return accounts.get(userIdByEmail.get(email) ?? '')
      },
      async findById(userId) {
        await roundTrip()
        return accounts.get(userId)
      },
      async replacePasswordHash(userId, from, to) {
        await roundTrip()
        const account = accounts.get(userId)
        if (account?.passwordHash !== from) return 'changed_meanwhile'
        accounts.set(userId, { ...account, passwordHash: to })
        return 'replaced'
      },
    },
    sessions: {
      async open(session) {
        await roundTrip()
        const found = sessions.get(session.id)
        if (found && !isDeepStrictEqual(found, session)) throw new Error('This session id was used before')
        sessions.set(session.id, session)
      },
      async rotate({ userId, sessionId, generation, now, idleExpiresAt, rotatedBy }) {
        await roundTrip()
        const found = sessions.get(sessionId)
        if (found?.userId !== userId) return { rotated: false, session: undefined }
        if (found.generation !== generation || found.idleExpiresAt <= now || found.expiresAt <= now) {
          return { rotated: false, session: found }
        }
        const session = {
          ...found,
          generation: generation + 1,
          lastUsedAt: now,
          rotatedAt: now,
          rotatedBy,
          idleExpiresAt,
        }
        sessions.set(sessionId, session)
        return { rotated: true, session }
      },
      async standing(userId, sessionId) {
        await roundTrip()
        return { account: accounts.get(userId), revoked: revokedFamilies.has(sessionId) }
      },
      async revoke({ userId, sessionId, deniedUntil }) {
        await roundTrip()
        revokedFamilies.set(sessionId, deniedUntil)
        if (sessions.get(sessionId)?.userId === userId) sessions.delete(sessionId)
      },
    },
    denylist: {
      async denies({ userId, sessionId, claimsVersion }) {
        await roundTrip()
        return revokedFamilies.has(sessionId) || claimsVersion < (revokedClaims.get(userId) ?? 0)
      },
    },
  }
}
