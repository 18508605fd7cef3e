import { codeSeconds, type Purpose } from './code-purposes.ts'
import type { EmailJob } from './email-jobs.ts'
import type { EmailTemplate } from './email-templates.ts'
import { type Locale, storedLocale } from './locales.ts'
import { newToken } from './one-time-codes.ts'
import type { OneTimeCode, Ports } from './ports.ts'
import type { Account } from './users.ts'

/** The user whom a mail is about, and the mail's address and language. An address without an account has no user yet. */
export interface Recipient {
  readonly userId: string | undefined
  readonly email: string
  readonly locale: Locale
}

export const recipientOf = ({ id: userId, email, locale }: Account): Recipient => ({ userId, email, locale })

/** The recipient in a job about an account that has lost this address. */
export const recipientIn = ({
  userId,
  email,
  locale,
}: Extract<EmailJob, { type: 'email_changed' | 'account_deleted' }>): Recipient => ({
  userId,
  email,
  locale: storedLocale(locale),
})

/** Stores a code that replaces an older one of its purpose (`put`) or joins it (`add`). Returns the raw token. */
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

/** Sends a mail. Returns false if it was rejected, which a retry would not change. */
export async function mail(
  { mailer, events }: Pick<Ports, 'mailer' | 'events'>,
  { userId, email, locale }: Recipient,
  template: EmailTemplate,
): Promise<boolean> {
  const outcome = await mailer.send(email, template, { userId, locale })
  const about = { ...(userId && { userId }), template: template.kind }
  if (outcome === 'sent') events.record({ type: 'mail.sent', ...about })
  else events.record({ type: 'mail.rejected', ...about, reason: outcome.rejectedAs })
  return outcome === 'sent'
}

/** Sends an email only to a verified address: an unverified one may be a stranger's. */
export async function mailVerified(
  ports: Pick<Ports, 'mailer' | 'events'>,
  account: Account | undefined,
  template: EmailTemplate,
): Promise<void> {
  if (account?.emailVerified) await mail(ports, recipientOf(account), template)
}
