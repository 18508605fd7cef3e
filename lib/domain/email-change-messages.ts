import { codeSeconds, UNDO_SECONDS } from './code-purposes.ts'
import { alreadyRegistered, withinBudget } from './email-budget.ts'
import { givesWay } from './email-changes.ts'
import type { EmailJob } from './email-jobs.ts'
import { mail, newCode, recipientOf } from './email-sending.ts'
import type { EmailTemplate } from './email-templates.ts'
import { newToken } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import type { Account } from './users.ts'

type MailPorts = Pick<Ports, 'users' | 'codes' | 'mailer' | 'rateLimiter' | 'clock' | 'events'>

const hours = codeSeconds.change_email / 3600
const days = UNDO_SECONDS / 86_400

/**
 * Warns the current address, if verified, and sends the new address a link that verifies it. The mail to the current address
 * and the validity of its links must not depend on the new address. Otherwise the user would learn whether it has an account
 * (ASVS 6.3.8).
 */
export async function emailChange(
  ports: MailPorts,
  account: Account | undefined,
  { newEmail, sessionVersion, at }: Extract<EmailJob, { type: 'email_change_requested' }>,
): Promise<void> {
  // A request is void once sessions were ended after it.
  if (account?.status !== 'active' || account.sessionVersion !== sessionVersion) return
  // The stream may repeat a job whose change is already made. A new code would void the link that may be opened again.
  if (account.email === newEmail) return
  const holder = await ports.users.findByEmail(newEmail)
  // Only a verified address may undo the change.
  const undo = account.emailVerified ? newToken(account.id) : undefined
  const token = await newCode(ports, account, 'change_email', {
    newEmail,
    ...(at !== undefined && { requestedAt: at }),
    ...(undo && { undoHash: undo.tokenHash }),
    ...(holder && { replaces: holder.id }),
  })
  if (undo) {
    // Send the warning first: without it, the change must not become possible.
    const warning: EmailTemplate = { kind: 'email_change_requested', newEmail, token: undo.token, days }
    if (!(await mail(ports, recipientOf(account), warning))) return
  }
  if (holder && !givesWay(holder)) return alreadyRegistered(ports, holder)
  const to = { ...recipientOf(account), email: newEmail }
  const kind = 'verify_new_email'
  await withinBudget(ports, { to, kind }, () =>
    mail(ports, to, { kind, token, hours, replaces: holder !== undefined }),
  )
}
