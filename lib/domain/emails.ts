import { forgetSessions, withOptimisticRetry } from './account-changes.ts'
import { confirmChange } from './email-changes.ts'
import { deniedUntil } from './lifetimes.ts'
import { notify } from './notifications.ts'
import { openToken } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Confirms the email that a token was mailed to: that of a new account, or the new one of an account that is to have
 * another; the one of before is then kept for 7 days, in which the change can be undone. A link of a sign-up may be
 * opened again until its end (a double click, a scanner before the reader): then nothing is left to do.
 * Refuses with `invalid_link`, `email_taken`, `email_changed_recently` or `conflict`.
 */
export async function verifyEmail(
  ports: Pick<Ports, 'users' | 'sessions' | 'codes' | 'policy' | 'outbox' | 'clock' | 'events'>,
  token: string,
): Promise<void> {
  const now = ports.clock.now()
  const { before, account, replaced } = await withOptimisticRetry(async () => {
    const opened = await openToken(ports, token, 'verify_email', 'change_email')
    const { code, account: before } = opened
    if (code.purpose === 'change_email') return confirmChange(ports, opened)
    if (before.emailVerified) return { before, account: before, replaced: undefined }
    const change = { emailVerified: true, endsSessions: false, deniedUntil: deniedUntil(now) }
    const account = await ports.users.change(before, change)
    return typeof account === 'string' ? account : { before, account, replaced: undefined }
  })
  if (account === before) return
  ports.events.record({ type: 'email.verified', userId: account.id })
  if (account.email === before.email) return
  ports.events.record({ type: 'email.changed', userId: account.id })
  // An address that was never proven may be a stranger's.
  if (before.emailVerified) {
    const { id: userId, email: newEmail } = account
    await notify(ports, { type: 'email_changed', userId, at: now, email: before.email, newEmail })
  }
  if (!replaced) return
  ports.events.record({ type: 'user.deleted', userId: replaced.id })
  await forgetSessions(ports, replaced.id)
}

/** Leaves an order for a mail, in the same time whether anybody has the address. Refuses with `not_enabled`. */
export async function requestMail(
  { policy, outbox, clock }: Pick<Ports, 'policy' | 'outbox' | 'clock'>,
  order: { readonly type: 'verification_requested' | 'reset_requested'; readonly email: Account['email'] },
): Promise<void> {
  if (!policy.sendsMail) throw new Refusal('not_enabled')
  await outbox.put(order, clock.now())
}
