import { codeSeconds, type Purpose } from './code-purposes.ts'
import type { EmailTemplate } from './email-templates.ts'
import { newToken } from './one-time-codes.ts'
import type { OneTimeCode, Ports } from './ports.ts'
import type { Account } from './users.ts'

/** Whom a mail is about, and the address that it goes to. */
export interface Recipient {
  readonly userId: string
  readonly email: string
}

export const recipientOf = ({ id: userId, email }: Account): Recipient => ({ userId, email })

/** A code in the place of any older one of its purpose, or beside it; gives the token that it is opened with. */
export async function newCode(
  { codes, clock }: Pick<Ports, 'codes' | 'clock'>,
  { id: userId, sessionVersion, email }: Account,
  purpose: Purpose,
  { store = 'put', ...more }: Partial<OneTimeCode> & { readonly store?: 'add' | 'put' } = {},
): Promise<string> {
  const { token, tokenHash } = newToken(userId)
  const now = clock.now()
  const expiresAt = now + codeSeconds[purpose]
  await codes[store](
    { userId, purpose, tokenHash, sessionVersion, email, expiresAt, attempts: 0, ...more },
    now,
  )
  return token
}

/** Whether it was sent; if not, no retry would mend that. */
export async function mail(
  { mailer, events }: Pick<Ports, 'mailer' | 'events'>,
  { userId, email }: Recipient,
  template: EmailTemplate,
): Promise<boolean> {
  const outcome = await mailer.send(email, template, { userId })
  const about = { userId, template: template.kind }
  if (outcome === 'sent') events.record({ type: 'mail.sent', ...about })
  else events.record({ type: 'mail.rejected', ...about, reason: outcome.rejectedAs })
  return outcome === 'sent'
}
