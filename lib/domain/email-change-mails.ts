import { givesWay } from './email-changes.ts'
import type { Letter } from './letters.ts'
import { alreadyRegistered, withinBudget } from './mail-budget.ts'
import type { MailOrder } from './mail-orders.ts'
import { mail, newCode, recipientOf } from './mailing.ts'
import { codeSeconds, newToken, UNDO_SECONDS } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import type { Account } from './users.ts'

type MailPorts = Pick<Ports, 'users' | 'codes' | 'mailer' | 'throttle' | 'clock' | 'events'>

const hours = codeSeconds.change_email / 3600
const days = UNDO_SECONDS / 86_400

/** Warns the present address, where it was proven, and asks the new one to confirm. */
export async function emailChange(
  ports: MailPorts,
  account: Account | undefined,
  { newEmail, epoch }: Extract<MailOrder, { type: 'email_change_requested' }>,
): Promise<void> {
  // Whatever ended sessions since voids the request too.
  if (account?.status !== 'active' || account.epoch !== epoch) return
  const holder = await ports.users.findByEmail(newEmail)
  if (holder && !givesWay(holder)) return alreadyRegistered(ports, holder)
  const to = { userId: account.id, email: newEmail }
  await withinBudget(ports, { to, kind: 'confirm_new_email' }, () =>
    mailChange(ports, account, newEmail, holder?.id),
  )
}

/** `replaces`: the id of an account that nobody confirmed, which has the address and goes. */
async function mailChange(
  ports: MailPorts,
  account: Account,
  newEmail: string,
  replaces: string | undefined,
): Promise<void> {
  // Only an address that was proven may take the account back.
  const undo = account.emailVerified ? newToken(account.id) : undefined
  const token = await newCode(ports, account, 'change_email', {
    newEmail,
    ...(undo && { undoHash: undo.tokenHash }),
    ...(replaces && { replaces }),
  })
  if (undo) {
    // The warning goes first: no change can be confirmed of which it was not given.
    const warning: Letter = { kind: 'email_change_requested', newEmail, token: undo.token, days }
    if (!(await mail(ports, recipientOf(account), warning))) return
  }
  const to = { userId: account.id, email: newEmail }
  await mail(ports, to, { kind: 'confirm_new_email', token, hours, replaces: replaces !== undefined })
}
