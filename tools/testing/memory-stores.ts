import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { currentSignal } from '../../lib/domain/invocation-signal.ts'
import type {
  AccountChange,
  Attempts,
  Clock,
  CodeStore,
  Counters,
  Denylist,
  FormerEmail,
  OneTimeCode,
  Session,
  SessionStore,
  UserData,
  UserStore,
} from '../../lib/domain/ports.ts'
import type { Principal } from '../../lib/domain/principal.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import {
  type Account,
  type AccountFields,
  changedBy,
  isActiveAdministrator,
  isExpired,
  type ListedUser,
  positionOf,
} from '../../lib/domain/users.ts'

/** The tables of one `testServices`, as maps. */
export interface MemoryTables {
  readonly accounts: Map<string, Account>
  /** Email reservations by email. One with an end belongs to a former email. */
  readonly reservations: Map<string, { readonly userId: string; readonly keptUntil?: number }>
  /** By user id. */
  readonly formerEmails: Map<string, FormerEmail>
  /** By user id and purpose. */
  readonly codes: Map<string, OneTimeCode>
  readonly windows: Map<string, number>
  readonly attempts: Map<string, Attempts>
  readonly sessions: Map<string, Session>
  /** Session ids, with the time until which the entry is needed. */
  readonly revokedFamilies: Map<string, number>
  /** User ids, with the lowest claims version still accepted. */
  readonly revokedClaims: Map<string, number>
}

export const memoryTables = (): MemoryTables => ({
  accounts: new Map(),
  reservations: new Map(),
  formerEmails: new Map(),
  codes: new Map(),
  windows: new Map(),
  attempts: new Map(),
  sessions: new Map(),
  revokedFamilies: new Map(),
  revokedClaims: new Map(),
})

/**
 * Other requests run between a call and its answer, as with a store across a network. A call of an invocation that was
 * already answered is refused.
 */
export async function roundTrip(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
  if (currentSignal().aborted) throw new Refusal('unavailable', { cause: currentSignal().reason })
}

/**
 * The stores without an engine, in one file because they share their tables. Each operation decides and writes at once, so
 * races end as they do in DynamoDB.
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
} {
  const {
    accounts,
    reservations,
    formerEmails,
    codes,
    windows,
    attempts,
    sessions,
    revokedFamilies,
    revokedClaims,
  } = tables
  const isFree = (email: string, now: number) => {
    const reservation = reservations.get(email)
    return !reservation || (reservation.keptUntil !== undefined && reservation.keptUntil <= now)
  }
  const codeId = ({ userId, purpose }: Pick<OneTimeCode, 'userId' | 'purpose'>) => `${userId} ${purpose}`
  const isStill = (code: OneTimeCode) => codes.get(codeId(code))?.tokenHash === code.tokenHash
  const alive = (account: Account | undefined) =>
    account && isExpired(account, clock.now()) ? undefined : account
  /** Why the reservations forbid the move of the email, or the move itself. */
  const moveOf = (
    { id, email: from }: Account,
    to: string,
    { now, keeps, restores, takesFrom }: NonNullable<AccountChange['emailMove']>,
  ): 'version_conflict' | 'email_taken' | 'email_changed_recently' | (() => void) => {
    const former = formerEmails.get(id)
    if (restores) {
      if (former?.undoHash !== restores.undoHash || reservations.get(restores.email)?.userId !== id)
        return 'version_conflict'
      return () => {
        reservations.delete(from)
        reservations.set(restores.email, { userId: id })
        formerEmails.delete(id)
      }
    }
    if (keeps && former && former.keptUntil > now) return 'email_changed_recently'
    if (takesFrom && !sameVersions(takesFrom)) return 'version_conflict'
    if (!isFree(to, now) && reservations.get(to)?.userId !== takesFrom?.id) return 'email_taken'
    return () => {
      if (takesFrom) {
        accounts.delete(takesFrom.id)
        revokedClaims.set(takesFrom.id, Number.MAX_SAFE_INTEGER)
      }
      reservations.delete(from)
      if (keeps) {
        reservations.set(from, { userId: id, keptUntil: keeps.keptUntil })
        formerEmails.set(id, keeps)
      }
      reservations.set(to, { userId: id })
    }
  }
  /** The current account, if nothing has changed since it was read. */
  const sameVersions = (read: Account): Account | undefined => {
    const found = accounts.get(read.id)
    const isUnchanged =
      found?.claimsVersion === read.claimsVersion &&
      found.sessionVersion === read.sessionVersion &&
      found.passwordHash === read.passwordHash
    return isUnchanged ? found : undefined
  }
  const actorIsCurrent = (by: Pick<Principal, 'userId' | 'claimsVersion'> | undefined, { id }: Account) =>
    !by || by.userId === id || accounts.get(by.userId)?.claimsVersion === by.claimsVersion
  const isLast = (account: Account) =>
    isActiveAdministrator(account) && [...accounts.values()].filter(isActiveAdministrator).length === 1

  return {
    userData: {},
    users: {
      async create(account, now) {
        await roundTrip()
        if (!isFree(account.email, now)) return 'email_taken'
        if (accounts.has(account.id)) throw new Error('An account has this id')
        const { id, keptUntil } = account
        reservations.set(account.email, { userId: id, ...(keptUntil !== undefined && { keptUntil }) })
        accounts.set(account.id, account)
        return 'created'
      },
      async ownerOf(email) {
        await roundTrip()
        return reservations.get(email)?.userId ?? randomUUID()
      },
      async findByEmail(email) {
        await roundTrip()
        const account = alive(accounts.get(reservations.get(email)?.userId ?? ''))
        return account?.email === email ? account : undefined
      },
      async findById(userId) {
        await roundTrip()
        return alive(accounts.get(userId))
      },
      async endExpiry({ id, email }) {
        await roundTrip()
        const { keptUntil: _, ...account } = accounts.get(id) ?? { id: '' }
        if (account.id !== id || reservations.get(email)?.userId !== id) return false
        accounts.set(id, account as Account)
        reservations.set(email, { userId: id })
        return true
      },
      async replacePasswordHash(userId, from, to) {
        await roundTrip()
        const account = accounts.get(userId)
        if (account?.passwordHash !== from) return 'version_conflict'
        accounts.set(userId, { ...account, passwordHash: to })
        return 'replaced'
      },
      async rename(userId, name) {
        await roundTrip()
        const account = accounts.get(userId)
        if (account) accounts.set(userId, { ...account, name })
        return accounts.get(userId)
      },
      async formerEmail(userId, now) {
        await roundTrip()
        const former = formerEmails.get(userId)
        return former && former.keptUntil > now ? former : undefined
      },
      async rememberDevices(userId, devices, sessionVersion) {
        await roundTrip()
        const account = accounts.get(userId)
        if (account?.sessionVersion === sessionVersion) accounts.set(userId, { ...account, devices })
      },
      async change(read, { deniedUntil: _, replaces, redeems, emailMove, by, ...fields }) {
        await roundTrip()
        const found = sameVersions(read)
        if (!found || (replaces && !sessions.has(replaces.sessionId))) return 'version_conflict'
        if (redeems && !isStill(redeems)) return 'version_conflict'
        const changed = changedBy(read, fields)
        const move = emailMove ? moveOf(read, changed.email, emailMove) : () => undefined
        if (typeof move === 'string') return move
        if (!actorIsCurrent(by, read)) return 'principal_outdated'
        if (isLast(read) && !isActiveAdministrator(changed)) return 'last_administrator'
        move()
        if (redeems) codes.delete(codeId(redeems))
        const { keptUntil, ...others } = found
        const endsExpiry = read.keptUntil !== undefined && changed.keptUntil === undefined
        if (endsExpiry && !emailMove) reservations.set(read.email, { userId: read.id })
        accounts.set(read.id, {
          ...others,
          ...(!endsExpiry && keptUntil !== undefined && { keptUntil }),
          ...withoutFlag(fields),
          claimsVersion: changed.claimsVersion,
          sessionVersion: changed.sessionVersion,
        })
        revokedClaims.set(read.id, changed.claimsVersion)
        if (replaces) {
          sessions.delete(replaces.sessionId)
          sessions.set(replaces.by.id, replaces.by)
        }
        return changed
      },
      async remove(read, { by, now }) {
        await roundTrip()
        if (!sameVersions(read)) return 'version_conflict'
        if (!actorIsCurrent(by, read)) return 'principal_outdated'
        if (isLast(read)) return 'last_administrator'
        const former = formerEmails.get(read.id)
        accounts.delete(read.id)
        for (const [email, { userId }] of reservations) if (userId === read.id) reservations.delete(email)
        formerEmails.delete(read.id)
        revokedClaims.set(read.id, Number.MAX_SAFE_INTEGER)
        return { former: former && former.keptUntil > now ? former : undefined }
      },
      async list({ limit, order, after }) {
        await roundTrip()
        const direction = order === 'asc' ? 1 : -1
        const isBehind = (position: string) =>
          after === undefined || (order === 'asc' ? position > after : position < after)
        const behind = [...accounts.values()]
          .filter((account) => isBehind(positionOf(account)))
          .sort((a, b) => (positionOf(a) < positionOf(b) ? -direction : direction))
        const found = behind.slice(0, limit)
        const last = behind.length > limit ? found.at(-1) : undefined
        return {
          users: found.filter((account) => alive(account)).map(listed),
          behind: last && positionOf(last),
        }
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
      async rotate({ userId, sessionId, generation, now, idleExpiresAt, rotatedBy, refreshRate }) {
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
          refreshRate,
        }
        sessions.set(sessionId, session)
        return { rotated: true, session }
      },
      async keepPredecessor({ userId, sessionId, rotatedBy }) {
        await roundTrip()
        const found = sessions.get(sessionId)
        if (found?.userId !== userId || found.rotatedBy !== rotatedBy) return
        sessions.set(sessionId, { ...found, rotatedAt: found.expiresAt })
      },
      async currentState(userId, sessionId) {
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
      async forgetBefore(userId, sessionVersion) {
        await roundTrip()
        for (const [id, session] of sessions)
          if (session.userId === userId && session.sessionVersion < sessionVersion) sessions.delete(id)
      },
      async forgetAll(userId) {
        await roundTrip()
        for (const [id, session] of sessions) if (session.userId === userId) sessions.delete(id)
        for (const [id, code] of codes) if (code.userId === userId) codes.delete(id)
      },
    },
    codes: {
      async put(code) {
        await roundTrip()
        for (const [id, { userId, purpose }] of codes)
          if (userId === code.userId && purpose === code.purpose) codes.delete(id)
        codes.set(codeId(code), code)
      },
      async add(code, now) {
        await roundTrip()
        const links = [...codes].filter(
          ([, { userId, purpose }]) => userId === code.userId && purpose === code.purpose,
        )
        const isBeside = links.some(
          ([, { sessionVersion, email, expiresAt }]) =>
            sessionVersion === code.sessionVersion && email === code.email && expiresAt > now,
        )
        if (!isBeside || links.length >= 8) for (const [id] of links) codes.delete(id)
        codes.set(`${codeId(code)} ${code.tokenHash}`, code)
      },
      async find(userId, purposes) {
        await roundTrip()
        const found = purposes.flatMap((purpose) =>
          [...codes.values()].filter((code) => code.userId === userId && code.purpose === purpose),
        )
        return { codes: found, account: accounts.get(userId) }
      },
      async attemptDigits(userId, challengeHash, most, now) {
        await roundTrip()
        const code = codes.get(codeId({ userId, purpose: 'email_login' }))
        if (code?.challengeHash !== challengeHash || code.attempts >= most || code.expiresAt <= now)
          return undefined
        const tried = { ...code, attempts: code.attempts + 1 }
        codes.set(codeId(code), tried)
        return tried
      },
      async redeem(code, { id, claimsVersion }) {
        await roundTrip()
        if (!isStill(code) || accounts.get(id)?.claimsVersion !== claimsVersion) return 'spent'
        codes.delete(codeId(code))
        return 'redeemed'
      },
    },
    counters: {
      async take(id, { window, most }) {
        await roundTrip()
        const taken = windows.get(`${id} ${window}`) ?? 0
        if (taken < most) windows.set(`${id} ${window}`, taken + 1)
        return taken < most
      },
      async giveBack(id, window) {
        await roundTrip()
        const taken = windows.get(`${id} ${window}`) ?? 0
        if (taken > 0) windows.set(`${id} ${window}`, taken - 1)
      },
      async addAttempt(id, { free, ...next }) {
        await roundTrip()
        const found = attempts.get(id)
        if (found && (found.attempts >= free || found.expiresAt <= next.lastAt))
          return { added: false, found }
        const count = (found?.attempts ?? 0) + 1
        attempts.set(id, { ...next, attempts: count })
        return { added: true, attempts: count }
      },
      async replaceAttempts(id, from, to) {
        await roundTrip()
        const found = attempts.get(id)
        if (found?.attempts !== from.attempts || found.lastAt !== from.lastAt) return false
        attempts.set(id, to)
        return true
      },
      async forget(id) {
        await roundTrip()
        attempts.delete(id)
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
