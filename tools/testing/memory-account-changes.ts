import type { FactorWrites } from '../../lib/domain/factor-ports.ts'
import type { AccountChange, UserStore } from '../../lib/domain/ports.ts'
import type { Principal } from '../../lib/domain/principal.ts'
import type { Identity, IdentityWrites } from '../../lib/domain/social-ports.ts'
import { type Account, type AccountFields, changedBy, isActiveAdministrator } from '../../lib/domain/users.ts'
import { codeId, isStill } from './memory-codes.ts'
import { isFree, type MemoryTables, roundTrip } from './memory-tables.ts'

/** The changes of an account, and its removal. */
export function memoryAccountChanges(tables: MemoryTables): Pick<UserStore, 'change' | 'remove'> {
  const { accounts, codes, formerEmails, reservations, revokedClaims, sessions } = tables
  const { totps, pendingTotps, recoveryCodes, passkeys, factorUndos, authSessions, identities, revocations } =
    tables
  /** Why the items of factors cannot be written, or the write. */
  const factorsOf = (
    userId: string,
    { totp, confirms, recoveryCodes: codes, addsPasskey, removesPasskeys = [], redeemsUndo }: FactorWrites,
  ): 'version_conflict' | 'passkey_exists' | (() => void) => {
    if (confirms && pendingTotps.get(userId)?.enrolmentId !== confirms.enrolmentId) return 'version_conflict'
    if (redeemsUndo && !factorUndos.has(redeemsUndo.tokenHash)) return 'version_conflict'
    if (addsPasskey && passkeys.has(addsPasskey.id)) return 'passkey_exists'
    return () => {
      if (totp === 'removed') totps.delete(userId)
      else if (totp) totps.set(userId, totp)
      if (confirms) pendingTotps.delete(userId)
      if (codes === 'removed') recoveryCodes.delete(userId)
      else if (codes) recoveryCodes.set(userId, codes)
      if (addsPasskey) passkeys.set(addsPasskey.id, addsPasskey)
      for (const { id } of removesPasskeys) passkeys.delete(id)
      if (redeemsUndo) factorUndos.delete(redeemsUndo.tokenHash)
    }
  }
  /** Why the items of identities cannot be written, or the write. */
  const identitiesOf = ({ adds, removes = [] }: IdentityWrites): 'identity_taken' | (() => void) => {
    if (adds && identities.has(adds.id)) return 'identity_taken'
    return () => {
      if (adds) identities.set(adds.id, adds)
      for (const identity of removes) removeIdentity(identity)
    }
  }
  const removeIdentity = ({ id, provider, subject, sealedRefreshToken }: Identity) => {
    identities.delete(id)
    if (sealedRefreshToken) revocations.push({ provider, subject, sealedRefreshToken })
  }
  const removeWaysIn = (userId: string) => {
    totps.delete(userId)
    recoveryCodes.delete(userId)
    for (const [id, passkey] of passkeys) if (passkey.userId === userId) passkeys.delete(id)
    for (const identity of [...identities.values()]) if (identity.userId === userId) removeIdentity(identity)
  }
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
    if (!isFree(tables, to, now) && reservations.get(to)?.userId !== takesFrom?.id) return 'email_taken'
    return () => {
      if (takesFrom) {
        accounts.delete(takesFrom.id)
        removeWaysIn(takesFrom.id)
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
  const isThere = (replaced: NonNullable<AccountChange['replaces']>) => {
    if ('sessionId' in replaced) return sessions.has(replaced.sessionId)
    const found = authSessions.get(replaced.authSession.tokenHash)
    return found?.sessionVersion === replaced.authSession.sessionVersion && found.expiresAt > replaced.now
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
    async change(
      read,
      { deniedUntil: _, replaces, redeems, leaves, emailMove, factorWrites, identityWrites, by, ...fields },
    ) {
      await roundTrip()
      const found = sameVersions(read)
      if (!found || (replaces && !isThere(replaces))) return 'version_conflict'
      if (redeems && !isStill(tables, redeems)) return 'version_conflict'
      const changed = changedBy(read, fields)
      const move = emailMove ? moveOf(read, changed.email, emailMove) : () => undefined
      if (typeof move === 'string') return move
      const write = factorWrites ? factorsOf(read.id, factorWrites) : () => undefined
      if (typeof write === 'string') return write
      const link = identityWrites ? identitiesOf(identityWrites) : () => undefined
      if (typeof link === 'string') return link
      if (!actorIsCurrent(by, read)) return 'principal_outdated'
      if (isLast(read) && !isActiveAdministrator(changed)) return 'last_administrator'
      move()
      write()
      link()
      if (redeems) codes.delete(codeId(redeems))
      if (leaves) codes.set(codeId(leaves), leaves)
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
        if ('sessionId' in replaces) sessions.delete(replaces.sessionId)
        else authSessions.delete(replaces.authSession.tokenHash)
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
      removeWaysIn(read.id)
      revokedClaims.set(read.id, Number.MAX_SAFE_INTEGER)
      return { former: former && former.keptUntil > now ? former : undefined }
    },
  }
}

const withoutFlag = ({ endsSessions: _, ...fields }: AccountFields) => fields
