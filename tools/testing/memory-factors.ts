import type {
  AuthSessionStore,
  FactorUndoStore,
  PasskeyStore,
  TotpStore,
} from '../../lib/domain/factor-ports.ts'
import type { NotOpened, Opening, SessionOpenings } from '../../lib/domain/ports.ts'
import { changedBy } from '../../lib/domain/users.ts'
import { type MemoryTables, roundTrip } from './memory-tables.ts'

export const memoryAuthSessions = ({ accounts, authSessions }: MemoryTables): AuthSessionStore => ({
  async put(authSession) {
    await roundTrip()
    authSessions.set(authSession.tokenHash, authSession)
  },
  async find(userId, tokenHash) {
    await roundTrip()
    const authSession = authSessions.get(tokenHash)
    return {
      account: accounts.get(userId),
      authSession: authSession?.userId === userId ? authSession : undefined,
    }
  },
})

export const memoryTotps = ({ accounts, totps, pendingTotps, recoveryCodes }: MemoryTables): TotpStore => ({
  async find(userId) {
    await roundTrip()
    return {
      account: accounts.get(userId),
      totp: totps.get(userId),
      recoveryCodes: recoveryCodes.get(userId),
    }
  },
  async putPending(pending) {
    await roundTrip()
    pendingTotps.set(pending.userId, pending)
  },
  async findPending(userId) {
    await roundTrip()
    return pendingTotps.get(userId)
  },
  async reserveAttempt(userId, enrolmentId, most) {
    await roundTrip()
    const found = totps.get(userId)
    if (found?.enrolmentId !== enrolmentId || found.failures >= most) return undefined
    const failures = found.failures + 1
    totps.set(userId, { ...found, failures })
    return failures
  },
})

export const memoryPasskeys = ({ accounts, passkeys }: MemoryTables): PasskeyStore => ({
  async find(userId, passkeyId) {
    await roundTrip()
    const passkey = passkeys.get(passkeyId)
    return { account: accounts.get(userId), passkey: passkey?.userId === userId ? passkey : undefined }
  },
  async list(userId) {
    await roundTrip()
    return [...passkeys.values()]
      .filter((passkey) => passkey.userId === userId)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  },
  async rename(userId, passkeyId, name) {
    await roundTrip()
    const found = passkeys.get(passkeyId)
    if (found?.userId !== userId) return undefined
    const renamed = { ...found, name }
    passkeys.set(passkeyId, renamed)
    return renamed
  },
})

export const memoryFactorUndos = ({ accounts, factorUndos }: MemoryTables): FactorUndoStore => ({
  async put(undo) {
    await roundTrip()
    factorUndos.set(undo.tokenHash, undo)
  },
  async find(userId, tokenHash) {
    await roundTrip()
    const undo = factorUndos.get(tokenHash)
    return { account: accounts.get(userId), undo: undo?.userId === userId ? undo : undefined }
  },
})

export function memorySessionOpenings(tables: MemoryTables): SessionOpenings {
  const {
    accounts,
    authSessions,
    identities,
    passkeys,
    recoveryCodes,
    revokedClaims,
    revokedFamilies,
    sessions,
    spentChallenges,
    totps,
  } = tables

  /** Why the proof cannot be used, or its use. */
  const spending = ({ account: { id }, session, spends }: Opening): NotOpened | (() => void) => {
    if (!spends) return () => undefined
    const totp = totps.get(id)
    if (spends.type === 'totp') {
      if (totp?.enrolmentId !== spends.enrolmentId || totp.lastStep >= spends.step) return 'spent'
      const used = { ...totp, lastStep: spends.step, lastUsedAt: session.lastUsedAt, failures: 0 }
      return () => totps.set(id, used)
    }
    const forgive = () => totp && totps.set(id, { ...totp, failures: 0 })
    if (spends.type === 'recovery_code') {
      const found = recoveryCodes.get(id)
      if (!found?.hashes.includes(spends.hash)) return 'spent'
      return () => {
        recoveryCodes.set(id, { ...found, hashes: found.hashes.filter((hash) => hash !== spends.hash) })
        forgive()
      }
    }
    const { passkey, challengeHash, counter, backedUp } = spends
    const found = passkeys.get(passkey.id)
    if (found?.userId !== id || spentChallenges.has(challengeHash)) return 'spent'
    return () => {
      spentChallenges.add(challengeHash)
      passkeys.set(found.id, { ...found, counter, backedUp, lastUsedAt: session.lastUsedAt })
      forgive()
    }
  }

  const ending = ({ account: { id }, ends }: Opening): NotOpened | (() => void) => {
    if (!ends) return () => undefined
    if ('authSession' in ends) {
      const { tokenHash, sessionVersion } = ends.authSession
      const found = authSessions.get(tokenHash)
      if (found?.sessionVersion !== sessionVersion || found.expiresAt <= ends.now) return 'ended'
      return () => authSessions.delete(tokenHash)
    }
    if (sessions.get(ends.sessionId)?.userId !== id) return 'ended'
    return () => {
      sessions.delete(ends.sessionId)
      revokedFamilies.set(ends.sessionId, ends.deniedUntil)
    }
  }

  /** Why the identity cannot be linked, or the link. */
  const linking = ({ account, links }: Opening): NotOpened | (() => void) => {
    if (!links) return () => undefined
    if (identities.has(links.id)) return 'identity_taken'
    return () => {
      identities.set(links.id, links)
      const found = accounts.get(account.id) ?? account
      const changed = changedBy(found, { identities: found.identities + 1, endsSessions: true })
      accounts.set(account.id, changed)
      revokedClaims.set(account.id, changed.claimsVersion)
    }
  }

  return {
    async open(opening) {
      await roundTrip()
      const { account, session } = opening
      const found = accounts.get(account.id)
      const isCurrent =
        found?.status === 'active' &&
        found.claimsVersion === account.claimsVersion &&
        found.sessionVersion === account.sessionVersion
      if (!isCurrent) return 'version_conflict'
      const end = ending(opening)
      if (typeof end === 'string') return end
      const spend = spending(opening)
      if (typeof spend === 'string') return spend
      const link = linking(opening)
      if (typeof link === 'string') return link
      end()
      spend()
      link()
      sessions.set(session.id, session)
      return 'opened'
    },
  }
}
