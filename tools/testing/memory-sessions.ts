import { isDeepStrictEqual } from 'node:util'
import type { SessionStore } from '../../lib/domain/ports.ts'
import { type MemoryTables, roundTrip } from './memory-tables.ts'

export function memorySessions({
  accounts,
  authSessions,
  codes,
  pendingTotps,
  revokedFamilies,
  sessions,
}: MemoryTables): SessionStore {
  return {
    async open(session) {
      await roundTrip()
      const found = sessions.get(session.id)
      if (found && !isDeepStrictEqual(found, session)) throw new Error('This session id was used before')
      sessions.set(session.id, session)
    },
    async find(userId, sessionId, now) {
      await roundTrip()
      const found = sessions.get(sessionId)
      if (found?.userId !== userId || found.idleExpiresAt <= now || found.expiresAt <= now) return undefined
      return found
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
      for (const [hash, authSession] of authSessions)
        if (authSession.userId === userId) authSessions.delete(hash)
      pendingTotps.delete(userId)
      for (const [id, code] of codes) if (code.userId === userId) codes.delete(id)
    },
  }
}
