import { mail, type Recipient, recipientOf } from './email-sending.ts'
import type { EmailTemplate } from './email-templates.ts'
import type { LimitName } from './limits.ts'
import type { Ports } from './ports.ts'
import type { Account } from './users.ts'

/** Mails that a caller can trigger without proof of identity, or to an address that is not verified as theirs. */
type Asked = Extract<
  EmailTemplate['kind'],
  | 'verify_email'
  | 'already_registered'
  | 'finish_sign_up'
  | 'reset_password'
  | 'email_login'
  | 'social_code'
  | 'reauthentication_code'
  | 'verify_new_email'
>

/**
 * These mails lead into an account. Over the daily budget they continue at one an hour. Otherwise a stranger could use up the
 * budget and lock the user out. A stranger's requests then only send the owner a valid link. The mail for email login is not on
 * the list, because a password reset leads into the account as well.
 */
const leadsIn: readonly Asked[] = ['verify_email', 'finish_sign_up', 'reset_password']
const budgetsOf = (kind: Asked): readonly LimitName[] =>
  leadsIn.includes(kind) ? ['mailsPerRecipient', 'resetsPerRecipient'] : ['mailsPerRecipient']

/**
 * Sends a mail if the recipient's budget allows it, regardless of who asked. Over the budget, `send` does not run: it creates
 * no code, and the former link stays valid. The caller cannot tell. A mail that fails because of SES or a store is not counted.
 */
export async function withinBudget(
  { rateLimiter, events }: Pick<Ports, 'rateLimiter' | 'events'>,
  { to: { userId, email }, kind }: { readonly to: Recipient; readonly kind: Asked },
  send: () => Promise<unknown>,
): Promise<void> {
  for (const budget of budgetsOf(kind)) {
    if (!(await rateLimiter.hasLeft(budget, email))) continue
    try {
      await send()
    } catch (error) {
      await rateLimiter.giveBack(budget, email).catch(() => undefined)
      throw error
    }
    return
  }
  events.record({ type: 'mail.withheld', ...(userId && { userId }), template: kind })
}

/** Tells the owner of an account that somebody tried to use its email for another account. */
export async function alreadyRegistered(
  ports: Pick<Ports, 'mailer' | 'rateLimiter' | 'events'>,
  account: Account,
): Promise<void> {
  const to = recipientOf(account)
  const kind = 'already_registered'
  await withinBudget(ports, { to, kind }, () => mail(ports, to, { kind }))
}
