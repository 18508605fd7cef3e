import { changedOrRefuse, disablePassword } from './account-changes.ts'
import { codeSeconds, type Purpose, UNDO_SECONDS } from './code-purposes.ts'
import { MOST_DEVICES } from './devices.ts'
import { alreadyRegistered, withinBudget } from './email-budget.ts'
import { emailChange } from './email-change-messages.ts'
import type { EmailJob } from './email-jobs.ts'
import { digitsHash } from './email-login.ts'
import { mail, newCode, recipientOf } from './email-sending.ts'
import type { EmailTemplate } from './email-templates.ts'
import { isSame, newDigits } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import type { Account } from './users.ts'

type MailPorts = Pick<
  Ports,
  'users' | 'codes' | 'mailer' | 'keyedHashes' | 'rateLimiter' | 'clock' | 'events'
>

const HOUR = 3600
const hours = codeSeconds.verify_email / HOUR
const days = UNDO_SECONDS / 86_400
const minutes = (purpose: Purpose) => codeSeconds[purpose] / 60

/**
 * Fulfils an job: finds out whom it concerns, makes the token, stores its hash and mails it; or finds that there is
 * nobody to mail to. Doing it twice mails twice, and the later token is the good one.
 */
export async function processEmailJob(ports: MailPorts, job: EmailJob): Promise<void> {
  switch (job.type) {
    case 'signed_up':
      if (job.withheld) return
      return verification(ports, await ports.users.findById(job.userId), 'add')
    case 'verification_requested':
      return verification(ports, await ports.users.findByEmail(job.email), 'put')
    case 'sign_up_attempted':
      return attempted(ports, await ports.users.findByEmail(job.email), job)
    case 'reset_requested':
      return reset(ports, await ports.users.findByEmail(job.email), 'reset_password')
    case 'reset_started':
      return reset(ports, await ports.users.findById(job.userId), 'reset_started')
    case 'email_change_undone':
      return reset(ports, await ports.users.findById(job.userId), 'email_kept')
    case 'email_login_requested':
      return emailLogin(ports, await ports.users.findByEmail(job.email), job.challengeHash)
    case 'email_change_requested':
      return emailChange(ports, await ports.users.findById(job.userId), job)
    case 'new_device':
      return newDevice(ports, await ports.users.findById(job.userId), job)
    case 'password_changed':
    case 'token_reused':
      return notice(ports, await ports.users.findById(job.userId), { kind: job.type, at: job.at })
    case 'email_changed':
      await mail(ports, job, { kind: 'email_changed', at: job.at, newEmail: job.newEmail, days })
      return
    case 'account_deleted':
      await mail(ports, job, { kind: 'account_deleted', at: job.at, by: job.by })
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
  { passwordHash = '', withheld }: Extract<EmailJob, { type: 'sign_up_attempted' }>,
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
  const contested = isShut
    ? account
    : changedOrRefuse(await ports.users.change(account, disablePassword(ports.clock.now())))
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
  { at, device, sessionVersion, userAgent, ip }: Extract<EmailJob, { type: 'new_device' }>,
): Promise<void> {
  if (!account || account.devices.includes(device)) return
  if (account.devices.length > 0) await notice(ports, account, { kind: 'new_device', at, userAgent, ip })
  // Of another sessionVersion it was before a reset or an undo, which has forgotten what a thief may have logged in from.
  if (sessionVersion !== account.sessionVersion) return
  await ports.users.rememberDevices(
    account.id,
    [device, ...account.devices].slice(0, MOST_DEVICES),
    sessionVersion,
  )
}

/** To whoever has proven the address: of an account, a stranger is told nothing. */
async function notice(ports: MailPorts, account: Found, template: EmailTemplate): Promise<void> {
  if (account?.emailVerified) await mail(ports, recipientOf(account), template)
}
