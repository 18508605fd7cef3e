import { disablePassword, forgetSessions, withOptimisticRetry } from './account-changes.ts'
import { UNDO_SECONDS } from './code-purposes.ts'
import { deviceOf } from './devices.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import { queueEmailJob } from './notifications.ts'
import { isGood, isSame, type Opened, readToken } from './one-time-codes.ts'
import { reauthenticate } from './own-account.ts'
import type { Client, FormerEmail, NotChanged, OneTimeCode, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import { type Account, isUnproven } from './users.ts'

/**
 * Asks for another email, with the password (ASVS 7.5.1): nothing changes before the new address is confirmed. Whether
 * it belongs to somebody else is not told. Refuses with `not_enabled`, `wrong_password`, `invalid_request` for the email
 * that one has, or `email_changed_recently`.
 */
export async function requestEmailChange(
  ports: Pick<Ports, 'users' | 'passwords' | 'policy' | 'outbox' | 'clock' | 'events'>,
  principal: Principal,
  { newEmail, password }: { newEmail: string; password: string },
): Promise<void> {
  if (!ports.policy.sendsMail) throw new Refusal('not_enabled')
  const { id: userId, email, sessionVersion } = await reauthenticate(ports, principal, password)
  if (newEmail === email) {
    throw new Refusal('invalid_request', {
      issues: [{ path: 'newEmail', message: 'is your email already' }],
    })
  }
  const now = ports.clock.now()
  if (await ports.users.formerEmail(userId, now)) throw new Refusal('email_changed_recently')
  await ports.outbox.put({ type: 'email_change_requested', userId, newEmail, sessionVersion }, now)
  ports.events.record({ type: 'email.change_requested', userId })
}

/** Whether the account gives its email up to a user who proves to read its mail. A disabled one is an administrator's decision. */
export const givesWay = (holder: Account): boolean => isUnproven(holder) && holder.status === 'active'

/**
 * Makes a change that was confirmed from the new address. Proof of the mailbox wins over an account that somebody opened
 * with the address and never confirmed: that one is removed in the same transaction, if it still is as it was read. It must
 * be the one that the mail told of: an account that was opened since may be that of the mailbox's owner, who then opens the
 * wrong one of two mails (pre-account hijacking).
 */
export async function confirmChange(
  { users, clock }: Pick<Ports, 'users' | 'clock'>,
  { code, account: before }: Opened,
): Promise<NotChanged | { before: Account; account: Account; replaced: Account | undefined }> {
  const { newEmail: to = '', undoHash, replaces } = code
  const now = clock.now()
  const holder = await users.findByEmail(to)
  if (holder && (holder.id !== replaces || !givesWay(holder))) return 'email_taken'
  const keeps = undoHash && { email: before.email, undoHash, keptUntil: now + UNDO_SECONDS }
  const account = await users.change(before, {
    email: to,
    emailVerified: true,
    endsSessions: false,
    deniedUntil: deniedUntil(now),
    redeems: code,
    emailMove: { now, ...(keeps && { keeps }), ...(holder && { takesFrom: holder }) },
  })
  return typeof account === 'string' ? account : { before, account, replaced: holder }
}

type UndoPorts = Pick<Ports, 'users' | 'sessions' | 'outbox' | 'clock' | 'events'>

/**
 * Takes a change of email back, for whoever reads the mail of the address of before; also one that is not confirmed yet.
 * Whoever asked for it knew the password, so no password opens the account until a new one is set; the mail for that is
 * on its way. Every session ends, and of all devices only this one is known. A disabled account gets its address back
 * and stays disabled. Refuses with `invalid_link` or `conflict`.
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
    // The id is proven by nothing but the token that is being judged.
    const invalid = new Refusal('invalid_link', { subject: { claimedUserId: userId } })
    if (!account) throw invalid
    const former = await ports.users.formerEmail(userId, now)

    if (former && isSame(former.undoHash, tokenHash)) {
      // The email has moved between the two readings.
      if (former.email === account.email) return 'version_conflict'
      return ports.users.change(account, { ...rescue, ...back(former, now) })
    }
    const pending = codes.find(({ undoHash }) => isSame(undoHash, tokenHash))
    if (!pending || !mayStop(pending, account, now)) throw invalid
    return ports.users.change(account, { ...rescue, redeems: pending })
  })
  await undone(ports, account)
}

/** Disabling an account has voided the change itself; what its owner asks for then is that the thief's password ends. */
const mayStop = (pending: OneTimeCode, account: Account, now: Seconds) =>
  account.status === 'disabled'
    ? isGood(pending, { ...account, status: 'active', sessionVersion: pending.sessionVersion }, now)
    : isGood(pending, account, now)

/**
 * Gives a user the former email back while it is kept, for whoever administers from outside: the same as the owner's own
 * undo, for an owner who has lost that mail. Refuses with `not_found` where none is kept, or `conflict`.
 */
export async function restoreFormerEmail(ports: UndoPorts, userId: string): Promise<Account> {
  const now = ports.clock.now()
  const account = await withOptimisticRetry(async () => {
    const account = await ports.users.findById(userId)
    const former = account && (await ports.users.formerEmail(userId, now))
    if (!former) throw new Refusal('not_found')
    if (former.email === account.email) return 'version_conflict'
    return ports.users.change(account, { ...disablePassword(now), devices: [], ...back(former, now) })
  })
  await undone(ports, account)
  return account
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
