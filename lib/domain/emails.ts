import { type Caller, forgetSessions, provenAccount, retried, shut } from './accounts.ts'
import type { Seconds } from './lifetimes.ts'
import { leaveOrder, notify } from './mail-orders.ts'
import { isGood, isSame, readToken, redeemToken, UNDO_SECONDS } from './one-time-codes.ts'
import type { AccountChange, FormerEmail, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Confirms the e-mail that a token was mailed to: that of a new account, or the new one of an account that is to have
 * another; the one of before is then kept for 7 days, in which the change can be undone.
 * Refuses with `invalid_link`, `email_taken`, `email_changed_recently` or `conflict`.
 */
export async function verifyEmail(
  ports: Pick<Ports, 'users' | 'codes' | 'policy' | 'outbox' | 'clock' | 'events'>,
  token: string,
): Promise<void> {
  const now = ports.clock.now()
  const { account, before } = await redeemToken(
    ports,
    token,
    ['verify_email', 'change_email'],
    ({ code, account }) => ({
      emailVerified: true,
      endsSessions: false,
      ...(code.newEmail !== undefined && moveOf(account, code.newEmail, code.undoHash, now)),
    }),
  )
  ports.events.record({ type: 'email.verified', userId: account.id })
  if (account.email === before.email) return
  ports.events.record({ type: 'email.changed', userId: account.id })
  // An address that was never proven may be a stranger's.
  if (!before.emailVerified) return
  const { id: userId, email: newEmail } = account
  await notify(ports, { type: 'email_changed', userId, at: now, email: before.email, newEmail })
}

function moveOf(
  { email: from }: Account,
  to: string,
  undoHash: string | undefined,
  now: Seconds,
): Pick<AccountChange, 'email' | 'emailMove'> {
  const keeps = undoHash && { email: from, undoHash, keptUntil: now + UNDO_SECONDS }
  return { email: to, emailMove: { now, ...(keeps && { keeps }) } }
}

/**
 * Asks for another e-mail, with the password (ASVS 7.5.1): nothing changes before the new address is confirmed. Whether
 * it belongs to somebody else is not told. Refuses with `not_enabled`, `wrong_password`, `invalid_request` for the e-mail
 * that one has, or `email_changed_recently`.
 */
export async function requestEmailChange(
  ports: Pick<Ports, 'users' | 'passwords' | 'policy' | 'outbox' | 'clock' | 'events'>,
  caller: Caller,
  { newEmail, password }: { newEmail: string; password: string },
): Promise<void> {
  if (!ports.policy.sendsMail) throw new Refusal('not_enabled')
  const { id: userId, email, epoch } = await provenAccount(ports, caller, password)
  if (newEmail === email) {
    throw new Refusal('invalid_request', {
      issues: [{ path: 'newEmail', message: 'is your e-mail already' }],
    })
  }
  const now = ports.clock.now()
  if (await ports.users.formerEmail(userId, now)) throw new Refusal('email_changed_recently')
  await ports.outbox.put({ type: 'email_change_requested', userId, newEmail, epoch }, now)
  ports.events.record({ type: 'email.change_requested', userId })
}

/**
 * Takes a change of e-mail back, for whoever reads the mail of the address of before; also one that is not confirmed yet.
 * Whoever asked for it knew the password, so no password opens the account until a new one is set; the mail for that is
 * on its way. Every session ends. Refuses with `invalid_link` or `conflict`.
 */
export async function undoEmailChange(
  ports: Pick<Ports, 'users' | 'sessions' | 'codes' | 'outbox' | 'clock' | 'events'>,
  token: string,
): Promise<void> {
  const { userId, tokenHash } = readToken(token)
  const now = ports.clock.now()
  const account = await retried(async () => {
    const { codes, account } = await ports.codes.find(userId, ['change_email'])
    // The id is proven by nothing but the token that is being judged.
    const invalid = new Refusal('invalid_link', { subject: { claimedUserId: userId } })
    if (account?.status !== 'active') throw invalid
    const former = await ports.users.formerEmail(userId, now)

    if (former && isSame(former.undoHash, tokenHash)) {
      // The e-mail has moved between the two readings.
      if (former.email === account.email) return 'changed_meanwhile'
      return ports.users.change(account, { ...shut(now), ...back(former, now) })
    }
    const pending = codes.find(({ undoHash }) => isSame(undoHash, tokenHash))
    if (!pending || !isGood(pending, account, now)) throw invalid
    return ports.users.change(account, { ...shut(now), redeems: pending })
  })
  ports.events.record({ type: 'email.change_undone', userId })
  ports.events.record({ type: 'password.voided', userId, reason: 'email_change_undone' })
  await leaveOrder(ports, { type: 'email_change_undone', userId })
  await forgetSessions(ports, userId, account.epoch)
}

const back = (former: FormerEmail, now: Seconds) => ({
  email: former.email,
  emailVerified: true,
  emailMove: { now, restores: former },
})

/** Leaves an order for a mail, in the same time whether anybody has the address. Refuses with `not_enabled`. */
export async function requestMail(
  { policy, outbox, clock }: Pick<Ports, 'policy' | 'outbox' | 'clock'>,
  order: { readonly type: 'verification_requested' | 'reset_requested'; readonly email: Account['email'] },
): Promise<void> {
  if (!policy.sendsMail) throw new Refusal('not_enabled')
  await outbox.put(order, clock.now())
}
