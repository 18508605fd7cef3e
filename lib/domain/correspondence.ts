import { held, shut } from './accounts.ts'
import { MOST_DEVICES } from './devices.ts'
import { emailChange } from './email-change-mails.ts'
import { digitsHash } from './email-login.ts'
import type { Letter } from './letters.ts'
import { alreadyRegistered, withinBudget } from './mail-budget.ts'
import type { MailOrder } from './mail-orders.ts'
import { mail, newCode, recipientOf } from './mailing.ts'
import { codeSeconds, isSame, newDigits, type Purpose, UNDO_SECONDS } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import type { Account } from './users.ts'

type MailPorts = Pick<Ports, 'users' | 'codes' | 'mailer' | 'fingerprints' | 'throttle' | 'clock' | 'events'>

const HOUR = 3600
const hours = codeSeconds.verify_email / HOUR
const days = UNDO_SECONDS / 86_400
const minutes = (purpose: Purpose) => codeSeconds[purpose] / 60

/**
 * Fulfils an order: finds out whom it concerns, makes the token, stores its hash and mails it; or finds that there is
 * nobody to mail to. Doing it twice mails twice, and the later token is the good one.
 */
export async function fulfil(ports: MailPorts, order: MailOrder): Promise<void> {
  switch (order.type) {
    case 'signed_up':
      if (order.withheld) return
      return verification(ports, await ports.users.findById(order.userId), 'add')
    case 'verification_requested':
      return verification(ports, await ports.users.findByEmail(order.email), 'put')
    case 'sign_up_attempted':
      return attempted(ports, await ports.users.findByEmail(order.email), order)
    case 'reset_requested':
      return reset(ports, await ports.users.findByEmail(order.email), 'reset_password')
    case 'reset_started':
      return reset(ports, await ports.users.findById(order.userId), 'reset_started')
    case 'email_change_undone':
      return reset(ports, await ports.users.findById(order.userId), 'email_kept')
    case 'email_login_requested':
      return emailLogin(ports, await ports.users.findByEmail(order.email), order.challengeHash)
    case 'email_change_requested':
      return emailChange(ports, await ports.users.findById(order.userId), order)
    case 'new_device':
      return newDevice(ports, await ports.users.findById(order.userId), order)
    case 'password_changed':
    case 'token_reused':
      return notice(ports, await ports.users.findById(order.userId), { kind: order.type, at: order.at })
    case 'email_changed':
      await mail(ports, order, { kind: 'email_changed', at: order.at, newEmail: order.newEmail, days })
      return
    case 'account_deleted':
      await mail(ports, order, { kind: 'account_deleted', at: order.at, by: order.by })
  }
}

type Found = Account | undefined

/** A link that confirms the email; `add` leaves those of the mails before good, `put` does not. */
async function verification(ports: MailPorts, account: Found, store: 'add' | 'put'): Promise<void> {
  if (account?.status !== 'active' || account.emailVerified) return
  if (account.passwordHash === '') return reset(ports, account, 'finish_sign_up')
  const to = recipientOf(account)
  await withinBudget(ports, { to, kind: 'verify_email' }, async () => {
    const token = await newCode(ports, account, 'verify_email', { store })
    await mail(ports, to, { kind: 'verify_email', token, hours })
  })
}

/** Somebody, perhaps its owner, signed up with an address that has an account. */
async function attempted(
  ports: MailPorts,
  account: Found,
  { passwordHash = '', withheld }: Extract<MailOrder, { type: 'sign_up_attempted' }>,
): Promise<void> {
  if (account?.status !== 'active') return
  if (account.emailVerified) {
    if (!withheld) await alreadyRegistered(ports, account)
    return
  }
  // The same email and password are the same person, who sent the form twice or waits for the mail: nothing is voided.
  if (account.passwordHash !== '' && isSame(account.passwordHash, passwordHash)) {
    if (!withheld) await verification(ports, account, 'add')
    return
  }
  // Two have signed up with it, and neither has proven it: no password counts but that which its owner will set. That
  // holds also if no mail may go out: or a few sign-ups of a stranger would keep the owner's own from counting.
  const isShut = account.passwordHash === ''
  const contested = isShut ? account : held(await ports.users.change(account, shut(ports.clock.now())))
  if (!isShut) ports.events.record({ type: 'password.voided', userId: account.id, reason: 'second_sign_up' })
  if (!withheld) await reset(ports, contested, 'finish_sign_up')
}

/** A token that sets a password, and the words that say why. */
async function reset(
  ports: MailPorts,
  account: Found,
  kind: 'reset_password' | 'reset_started' | 'email_kept' | 'finish_sign_up',
): Promise<void> {
  if (account?.status !== 'active') return
  const to = recipientOf(account)
  const send = async () => {
    const token = await newCode(ports, account, 'reset_password')
    await mail(ports, to, { kind, token, minutes: minutes('reset_password') })
  }
  // An administrator, and the owner who undid a change, are not strangers.
  if (kind === 'reset_started' || kind === 'email_kept') await send()
  else await withinBudget(ports, { to, kind }, send)
}

async function emailLogin(ports: MailPorts, account: Found, challengeHash: string): Promise<void> {
  if (account?.status !== 'active') return
  const to = recipientOf(account)
  await withinBudget(ports, { to, kind: 'email_login' }, async () => {
    const code = newDigits()
    const token = await newCode(ports, account, 'email_login', {
      challengeHash,
      digitsHash: await digitsHash(ports, challengeHash, code),
    })
    await mail(ports, to, { kind: 'email_login', token, code, minutes: minutes('email_login') })
  })
}

/** The first device of all is no news. It is remembered after the mail, which may have to be tried again. */
async function newDevice(
  ports: MailPorts,
  account: Found,
  { at, device, epoch, userAgent, ip }: Extract<MailOrder, { type: 'new_device' }>,
): Promise<void> {
  if (!account || account.devices.includes(device)) return
  if (account.devices.length > 0) await notice(ports, account, { kind: 'new_device', at, userAgent, ip })
  // Of another epoch it was before a reset or an undo, which has forgotten what a thief may have logged in from.
  if (epoch !== account.epoch) return
  await ports.users.rememberDevices(account.id, [device, ...account.devices].slice(0, MOST_DEVICES), epoch)
}

/** To whoever has proven the address: of an account, a stranger is told nothing. */
async function notice(ports: MailPorts, account: Found, letter: Letter): Promise<void> {
  if (account?.emailVerified) await mail(ports, recipientOf(account), letter)
}
