import { forgetUser, withOptimisticRetry } from './account-changes.ts'
import { completeChange } from './email-changes.ts'
import { deniedUntil } from './lifetimes.ts'
import { notify } from './notifications.ts'
import { openToken } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Verifies the email that a token was mailed to: the email of a new account, or the new email of a change. After a change, the
 * former email is kept for 7 days, and the change can be undone. A sign-up link may be opened again until it expires, because
 * of double clicks and mail scanners. It then does nothing.
 * Refuses with `invalid_link`, `email_taken`, `email_changed_recently` or `conflict`.
 */
export async function verifyEmail(
  ports: Pick<Ports, 'users' | 'sessions' | 'userData' | 'codes' | 'policy' | 'outbox' | 'clock' | 'events'>,
  token: string,
): Promise<void> {
  const now = ports.clock.now()
  const { before, account, replaced } = await withOptimisticRetry(async () => {
    const opened = await openToken(ports, token, 'verify_email', 'change_email')
    const { code, account: before } = opened
    if (code.purpose === 'change_email') return completeChange(ports, opened)
    if (before.emailVerified) return { before, account: before, replaced: undefined }
    const change = { emailVerified: true, endsSessions: false, deniedUntil: deniedUntil(now) }
    const account = await ports.users.change(before, change)
    return typeof account === 'string' ? account : { before, account, replaced: undefined }
  })
  if (account === before) return
  ports.events.record({ type: 'email.verified', userId: account.id })
  if (account.email === before.email) return
  ports.events.record({ type: 'email.changed', userId: account.id })
  // An unverified former address may be a stranger's.
  if (before.emailVerified) {
    const { id: userId, email: newEmail } = account
    await notify(ports, { type: 'email_changed', userId, at: now, email: before.email, newEmail })
  }
  if (!replaced) return
  ports.events.record({ type: 'user.deleted', userId: replaced.id })
  await forgetUser(ports, replaced.id)
}

/** Writes an email job, in the same time whether or not the address has an account. Refuses with `not_enabled`. */
export async function requestMail(
  { policy, outbox, clock }: Pick<Ports, 'policy' | 'outbox' | 'clock'>,
  job: { readonly type: 'verification_requested' | 'reset_requested'; readonly email: Account['email'] },
): Promise<void> {
  if (!policy.sendsMail) throw new Refusal('not_enabled')
  await outbox.put(job, clock.now())
}
