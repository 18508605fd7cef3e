import { isDeepStrictEqual } from 'node:util'
import type { Actor, Denylist, Session, SessionStore, UserStore } from '../domain/ports.ts'
import {
  type Account,
  type AccountFields,
  changedBy,
  isActiveAdministrator,
  type ListedUser,
  positionOf,
} from '../domain/users.ts'

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

/**
 * The stores without an engine, in one file as they share their tables. Each operation decides and writes at once, so
 * races end as they do in DynamoDB.
 */
export function memoryStores(tables: MemoryTables): {
  users: UserStore
  sessions: SessionStore
  denylist: Denylist
} {
  const { accounts, userIdByEmail, sessions, revokedFamilies, revokedClaims } = tables
  /** The account as it stands, if nothing has moved since it was read. */
  const unmoved = (read: Account): Account | undefined => {
    const found = accounts.get(read.id)
    const isUnmoved =
      found?.claimsVersion === read.claimsVersion &&
      found.epoch === read.epoch &&
      found.passwordHash === read.passwordHash
    return isUnmoved ? found : undefined
  }
  const stillMay = (by: Actor | undefined, { id }: Account) =>
    !by || by.userId === id || accounts.get(by.userId)?.claimsVersion === by.claimsVersion
  const isLast = (account: Account) =>
    isActiveAdministrator(account) && [...accounts.values()].filter(isActiveAdministrator).length === 1

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
      async rename(userId, name) {
        await roundTrip()
        const account = accounts.get(userId)
        if (account) accounts.set(userId, { ...account, name })
        return accounts.get(userId)
      },
      async change(read, { deniedUntil: _, replaces, by, ...fields }) {
        await roundTrip()
        const found = unmoved(read)
        if (!found || (replaces && !sessions.has(replaces.sessionId))) return 'changed_meanwhile'
        if (!stillMay(by, read)) return 'caller_outdated'
        const changed = changedBy(read, fields)
        if (isLast(read) && !isActiveAdministrator(changed)) return 'last_administrator'
        accounts.set(read.id, {
          ...found,
          ...withoutFlag(fields),
          claimsVersion: changed.claimsVersion,
          epoch: changed.epoch,
        })
        revokedClaims.set(read.id, changed.claimsVersion)
        if (replaces) {
          sessions.delete(replaces.sessionId)
          sessions.set(replaces.by.id, replaces.by)
        }
        return changed
      },
      async remove(read, { by }) {
        await roundTrip()
        if (!unmoved(read)) return 'changed_meanwhile'
        if (!stillMay(by, read)) return 'caller_outdated'
        if (isLast(read)) return 'last_administrator'
        accounts.delete(read.id)
        userIdByEmail.delete(read.email)
        revokedClaims.set(read.id, Number.MAX_SAFE_INTEGER)
        return 'removed'
      },
      async list({ limit, order, after }) {
        await roundTrip()
        const direction = order === 'asc' ? 1 : -1
        const isBehind = (position: string) =>
          after === undefined || (order === 'asc' ? position > after : position < after)
        const behind = [...accounts.values()]
          .filter((account) => isBehind(positionOf(account)))
          .sort((a, b) => (positionOf(a) < positionOf(b) ? -direction : direction))
        return { users: behind.slice(0, limit).map(listed), more: behind.length > limit }
      },
      async administrators() {
        await roundTrip()
        return [...accounts.values()].filter(isActiveAdministrator).map(({ id }) => id)
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
      async list(userId, now) {
        await roundTrip()
        return [...sessions.values()]
          .filter(
            (session) => session.userId === userId && session.idleExpiresAt > now && session.expiresAt > now,
          )
          .sort((a, b) => b.lastUsedAt - a.lastUsedAt || (a.id < b.id ? -1 : 1))
      },
      async forgetBefore(userId, epoch) {
        await roundTrip()
        for (const [id, session] of sessions)
          if (session.userId === userId && session.epoch < epoch) sessions.delete(id)
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

const withoutFlag = ({ endsSessions: _, ...fields }: AccountFields) => fields

function listed({ id, email, name, roles, emailVerified, createdAt, status }: Account): ListedUser {
  return { id, email, name, roles, emailVerified, createdAt, status }
}
