import type { Letter } from './letters.ts'
import { codeSeconds, newToken, type Purpose } from './one-time-codes.ts'
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
  { id: userId, epoch, email }: Account,
  purpose: Purpose,
  { store = 'put', ...more }: Partial<OneTimeCode> & { readonly store?: 'add' | 'put' } = {},
): Promise<string> {
  const { token, tokenHash } = newToken(userId)
  const now = clock.now()
  const expiresAt = now + codeSeconds[purpose]
  await codes[store]({ userId, purpose, tokenHash, epoch, email, expiresAt, tries: 0, ...more }, now)
  return token
}

/** Whether it was sent; if not, no retry would mend that. */
export async function mail(
  { mailer, events }: Pick<Ports, 'mailer' | 'events'>,
  { userId, email }: Recipient,
  letter: Letter,
): Promise<boolean> {
  const outcome = await mailer.send(email, letter, { userId })
  const about = { userId, letter: letter.kind }
  if (outcome === 'sent') events.record({ type: 'mail.sent', ...about })
  else events.record({ type: 'mail.rejected', ...about, reason: outcome.rejectedAs })
  return outcome === 'sent'
}
