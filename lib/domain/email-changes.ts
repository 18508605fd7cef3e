import { disablePassword, forgetSessions, withOptimisticRetry } from './account-changes.ts'
import { codeSeconds, UNDO_SECONDS } from './code-purposes.ts'
import { deviceOf } from './devices.ts'
import { provenEmail } from './email-proofs.ts'
import { type FactorRemoval, type FactorRemovalPorts, factorsRemovedSince } from './factor-removal.ts'
import {
  type IdentityRemoval,
  type IdentityRemovalPorts,
  identitiesRemovedSince,
} from './identity-removal.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import { queueEmailJob } from './notifications.ts'
import { isGood, isSame, type Opened, readToken } from './one-time-codes.ts'
import { ownAccount } from './own-account.ts'
import type { Client, FormerEmail, NotChanged, OneTimeCode, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import { type Account, isUnproven } from './users.ts'

/**
 * Requests another email. Nothing changes until the new address is verified. The caller is not
 * told whether the address belongs to another account. Refuses with `not_enabled`, `invalid_request` for the
 * current email, or `email_changed_recently`.
 */
export async function requestEmailChange(
  ports: Pick<Ports, 'users' | 'policy' | 'outbox' | 'clock' | 'events'>,
  principal: Principal,
  newEmail: string,
): Promise<void> {
  if (!ports.policy.sendsMail) throw new Refusal('not_enabled')
  const { id: userId, email, sessionVersion } = await ownAccount(ports, principal)
  if (newEmail === email) {
    throw new Refusal('invalid_request', {
      issues: [{ path: 'newEmail', message: 'is your email already' }],
    })
  }
  const now = ports.clock.now()
  if (await ports.users.formerEmail(userId, now)) throw new Refusal('email_changed_recently')
  await ports.outbox.put({ type: 'email_change_requested', userId, newEmail, sessionVersion, at: now }, now)
  ports.events.record({ type: 'email.change_requested', userId })
}

/**
 * Whether an account loses its email to a user who proves control of the mailbox. A disabled account keeps it: an administrator
 * decided that.
 */
export const givesWay = (holder: Account): boolean => isUnproven(holder) && holder.status === 'active'

/**
 * Makes a change whose new address is proven now. An unverified account that has the address is removed in the same
 * transaction, if it still is as it was read. It must be the account that the mail named. An account created since then may
 * belong to the owner of the mailbox, who would lose it by opening the wrong one of two mails (pre-account hijacking).
 */
export async function completeChange(
  ports: FactorRemovalPorts & Pick<Ports, 'users' | 'clock'>,
  { code, account: before }: Opened,
): Promise<NotChanged | { before: Account; account: Account; replaced: Account | undefined }> {
  const { newEmail: to = '', undoHash, replaces, requestedAt, ...kept } = code
  const { users, clock } = ports
  const now = clock.now()
  const since = requestedAt === undefined ? {} : { requestedAt }
  const holder = await users.findByEmail(to)
  // A parallel request with the same link was faster.
  if (holder?.id === before.id) return 'version_conflict'
  if (holder && (holder.id !== replaces || !givesWay(holder))) return 'email_taken'
  const keeps = undoHash && { email: before.email, undoHash, keptUntil: now + UNDO_SECONDS, ...since }
  const account = await users.change(before, {
    ...(await provenEmail(ports, before)),
    email: to,
    deniedUntil: deniedUntil(now),
    redeems: code,
    leaves: { ...kept, email: to, redeemed: true },
    emailMove: { now, ...(keeps && { keeps }), ...(holder && { takesFrom: holder }) },
  })
  return typeof account === 'string' ? account : { before, account, replaced: holder }
}

type UndoPorts = RemovalPorts & Pick<Ports, 'users' | 'sessions' | 'outbox' | 'clock' | 'events'>
type RemovalPorts = FactorRemovalPorts & IdentityRemovalPorts

/**
 * Undoes a change of email with the token mailed to the former address, or stops it before the new address is verified. The
 * author of the change knew the password. So the password is disabled, and a mail to set a new one follows. Every session ends,
 * and only the current device stays known. Factors and identities that were added since the request are removed. A disabled account
 * gets its address back and stays disabled. Refuses with `invalid_link` or `conflict`.
 */
export async function undoEmailChange(
  ports: UndoPorts & Pick<Ports, 'codes'>,
  token: string,
  client: Client,
): Promise<void> {
  const { userId, tokenHash } = readToken(token)
  const now = ports.clock.now()
  const rescue = { ...disablePassword(now), devices: [deviceOf(client)] }
  const account = await withOptimisticRetry(async () => {
    const { codes, account } = await ports.codes.find(userId, ['change_email'])
    // The token is not checked yet, so the user id is only claimed.
    const invalid = new Refusal('invalid_link', { subject: { claimedUserId: userId } })
    if (!account) throw invalid
    const former = await ports.users.formerEmail(userId, now)

    if (former && isSame(former.undoHash, tokenHash)) {
      // The email has changed between the two reads.
      if (former.email === account.email) return 'version_conflict'
      const removal = await removalSince(ports, account, former.requestedAt, former.keptUntil - UNDO_SECONDS)
      return ports.users.change(account, { ...rescue, ...removal, ...back(former, now) })
    }
    const pending = codes.find(({ undoHash }) => isSame(undoHash, tokenHash))
    if (!pending || !mayStop(pending, account, now)) throw invalid
    const removal = await removalSince(ports, account, pending.requestedAt, pending.expiresAt)
    return ports.users.change(account, { ...rescue, ...removal, redeems: pending })
  })
  await undone(ports, account)
}

/**
 * Disabling an account voids a pending change, and so do a new password and a new factor. The owner of the mailbox may still use the
 * undo link: it disables the thief's password and removes the thief's factors and identities.
 */
const mayStop = (pending: OneTimeCode, account: Account, now: Seconds) =>
  isGood(pending, { ...account, status: 'active', sessionVersion: pending.sessionVersion }, now)

/**
 * Restores the former email while it is kept. An operator does this on the command line for an owner who lost that email. It
 * has the effects of the owner's undo. Refuses with `not_found` if no email is kept, or with `conflict`.
 */
export async function restoreFormerEmail(ports: UndoPorts, userId: string): Promise<Account> {
  const now = ports.clock.now()
  const account = await withOptimisticRetry(async () => {
    const account = await ports.users.findById(userId)
    const former = account && (await ports.users.formerEmail(userId, now))
    if (!former) throw new Refusal('not_found')
    if (former.email === account.email) return 'version_conflict'
    const removal = await removalSince(ports, account, former.requestedAt, former.keptUntil - UNDO_SECONDS)
    const rescue = { ...disablePassword(now), devices: [], ...removal }
    return ports.users.change(account, { ...rescue, ...back(former, now) })
  })
  await undone(ports, account)
  return account
}

/** A change of an earlier version has no time of its request. Its link was valid for a day before `latest`. */
async function removalSince(
  ports: RemovalPorts,
  account: Account,
  requestedAt: Seconds | undefined,
  latest: Seconds,
): Promise<FactorRemoval & IdentityRemoval> {
  const since = requestedAt ?? latest - codeSeconds.change_email
  const [factors, identities] = await Promise.all([
    factorsRemovedSince(ports, account, since),
    identitiesRemovedSince(ports, account, since),
  ])
  return { ...factors, ...identities }
}

const back = (former: FormerEmail, now: Seconds) => ({
  email: former.email,
  emailVerified: true,
  emailMove: { now, restores: former },
})

async function undone(ports: UndoPorts, { id: userId, sessionVersion }: Account): Promise<void> {
  ports.events.record({ type: 'email.change_undone', userId })
  ports.events.record({ type: 'password.voided', userId, reason: 'email_change_undone' })
  await queueEmailJob(ports, { type: 'email_change_undone', userId })
  await forgetSessions(ports, userId, sessionVersion)
}
