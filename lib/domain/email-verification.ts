import { forgetSessions, forgetUser, withOptimisticRetry } from './account-changes.ts'
import { completeChange } from './email-changes.ts'
import { provenEmail, tellProvenEmail } from './email-proofs.ts'
import type { FactorRemovalPorts } from './factor-removal.ts'
import { deniedUntil } from './lifetimes.ts'
import { notify } from './notifications.ts'
import { type Opened, openToken } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Verifies the email that a token was mailed to: the email of a new account, or the new email of a change. After a change, the
 * former email is kept for 7 days, and the change can be undone. The first proof of an account's email removes its factors.
 * Until it expires, a link may be opened again, because of double clicks and mail scanners, as long as the account has its email.
 * It then does nothing.
 * Refuses with `invalid_link`, `email_taken`, `email_changed_recently` or `conflict`.
 */
export async function verifyEmail(
  ports: FactorRemovalPorts &
    Pick<Ports, 'users' | 'sessions' | 'userData' | 'codes' | 'policy' | 'outbox' | 'clock' | 'events'>,
  token: string,
): Promise<void> {
  const now = ports.clock.now()
  const { before, account, replaced } = await withOptimisticRetry(async () => {
    const opened = await openLink(ports, token)
    const { code, account: before } = opened
    if (code.purpose === 'change_email' && !code.redeemed) return completeChange(ports, opened)
    if (before.emailVerified) return { before, account: before, replaced: undefined }
    const change = { ...(await provenEmail(ports, before)), deniedUntil: deniedUntil(now) }
    const account = await ports.users.change(before, change)
    return typeof account === 'string' ? account : { before, account, replaced: undefined }
  })
  if (account === before) return
  ports.events.record({ type: 'email.verified', userId: account.id })
  await tellProvenEmail(ports, before)
  if (account.sessionVersion !== before.sessionVersion)
    await forgetSessions(ports, account.id, account.sessionVersion)
  if (account.email === before.email) return
  ports.events.record({ type: 'email.changed', userId: account.id })
  // An unverified former address may be a stranger's.
  if (before.emailVerified) {
    const { id: userId, email: newEmail, locale } = account
    await notify(ports, { type: 'email_changed', userId, at: now, email: before.email, locale, newEmail })
  }
  if (!replaced) return
  ports.events.record({ type: 'user.deleted', userId: replaced.id })
  await forgetUser(ports, replaced.id)
}

/**
 * Reads once more before it refuses. A parallel request with the same link may have changed the account and the code between
 * the reads of the two, which DynamoDB does not isolate from a transaction. Then neither fits the other.
 */
async function openLink(ports: Pick<Ports, 'codes' | 'clock'>, token: string): Promise<Opened> {
  const open = () => openToken(ports, token, 'verify_email', 'change_email')
  try {
    return await open()
  } catch (error) {
    const isOfThisUser = error instanceof Refusal && error.subject && 'userId' in error.subject
    if (!isOfThisUser) throw error
    return open()
  }
}

/** Writes an email job, in the same time whether or not the address has an account. Refuses with `not_enabled`. */
export async function requestMail(
  { policy, outbox, clock }: Pick<Ports, 'policy' | 'outbox' | 'clock'>,
  job: { readonly type: 'verification_requested' | 'reset_requested'; readonly email: Account['email'] },
): Promise<void> {
  if (!policy.sendsMail) throw new Refusal('not_enabled')
  await outbox.put(job, clock.now())
}
