import { mail, type Recipient, recipientOf } from './email-sending.ts'
import type { EmailTemplate } from './email-templates.ts'
import type { LimitName } from './limits.ts'
import type { Ports } from './ports.ts'
import type { Account } from './users.ts'

/** Mails that a caller can bring about without a proof of who they are, or to an address that is not proven theirs. */
type Asked = Extract<
  EmailTemplate['kind'],
  | 'verify_email'
  | 'already_registered'
  | 'finish_sign_up'
  | 'reset_password'
  | 'email_login'
  | 'confirm_new_email'
>

/**
 * What leads into an account goes on, one an hour, when the budget of the day is used up. Or a stranger who asks often enough
 * could keep a user from the one way in or back; this way each request of the stranger mails the owner a good link. Login by
 * mail is not the one way: a reset leads in as well.
 */
const leadsIn: readonly Asked[] = ['verify_email', 'finish_sign_up', 'reset_password']
const budgetsOf = (kind: Asked): readonly LimitName[] =>
  leadsIn.includes(kind) ? ['mailsPerRecipient', 'resetsPerRecipient'] : ['mailsPerRecipient']

/**
 * Sends a mail if its recipient has not been sent too many, whoever asked for them. Otherwise a code that `send` makes is not
 * made, the link of before stays good, and no caller can tell. What is not sent for want of SES or a store is not counted.
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
  events.record({ type: 'mail.withheld', userId, template: kind })
}

/** Tells the holder of an account that somebody wanted its address for another. */
export async function alreadyRegistered(
  ports: Pick<Ports, 'mailer' | 'rateLimiter' | 'events'>,
  account: Account,
): Promise<void> {
  const to = recipientOf(account)
  const kind = 'already_registered'
  await withinBudget(ports, { to, kind }, () => mail(ports, to, { kind }))
}
