import { changedOrRefuse, disablePassword } from './account-changes.ts'
import { codeSeconds, type Purpose, UNDO_SECONDS } from './code-purposes.ts'
import { MOST_DEVICES } from './devices.ts'
import { alreadyRegistered, withinBudget } from './email-budget.ts'
import { emailChange } from './email-change-messages.ts'
import type { EmailJob } from './email-jobs.ts'
import { digitsHash } from './email-login.ts'
import { mailReauthenticationCode } from './email-reauthentication.ts'
import { mail, mailVerified, newCode, recipientIn, recipientOf } from './email-sending.ts'
import { mailFactorUndo } from './factor-undo.ts'
import { waysIn } from './factors.ts'
import { isSame, newDigits } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import { labelOf, mailedName } from './provider-names.ts'
import { mailSocialCode } from './social-codes.ts'
import type { Account } from './users.ts'

type MailPorts = Pick<
  Ports,
  | 'users'
  | 'codes'
  | 'social'
  | 'factorUndos'
  | 'mailer'
  | 'keyedHashes'
  | 'rateLimiter'
  | 'policy'
  | 'clock'
  | 'events'
>

const HOUR = 3600
const hours = codeSeconds.verify_email / HOUR
const days = UNDO_SECONDS / 86_400
const minutes = (purpose: Purpose) => codeSeconds[purpose] / 60

/**
 * Processes an email job: looks up the account, creates the token, stores its hash and sends the mail. Some jobs turn out to
 * need no mail. Processing a job twice sends two mails, and the later token is the valid one.
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
    case 'first_factor_added':
      return mailFactorUndo(ports, await ports.users.findById(job.userId), job)
    case 'factor_undone':
      return reset(ports, await ports.users.findById(job.userId), 'factor_undone')
    case 'factors_reset':
      return reset(ports, await ports.users.findById(job.userId), 'factors_reset')
    case 'email_login_requested':
      return emailLogin(ports, await ports.users.findByEmail(job.email), job.challengeHash)
    case 'reauthentication_requested':
      return mailReauthenticationCode(ports, job)
    case 'social_code_requested':
      return mailSocialCode(ports, job)
    case 'email_change_requested':
      return emailChange(ports, await ports.users.findById(job.userId), job)
    case 'new_device':
      return newDevice(ports, await ports.users.findById(job.userId), job)
    case 'password_changed':
    case 'token_reused':
    case 'second_factor_failed':
      return mailVerified(ports, await ports.users.findById(job.userId), { kind: job.type, at: job.at })
    case 'factor_added':
    case 'factor_removed': {
      const template = { kind: job.type, at: job.at, factor: job.factor }
      return mailVerified(ports, await ports.users.findById(job.userId), template)
    }
    case 'identity_linked':
    case 'identity_unlinked': {
      const provider = labelOf(ports.policy, job.provider)
      const template = { kind: job.type, at: job.at, provider, accountName: mailedName(job.accountName) }
      return mailVerified(ports, await ports.users.findById(job.userId), template)
    }
    case 'recovery_code_used': {
      const template = { kind: job.type, at: job.at, left: job.left }
      return mailVerified(ports, await ports.users.findById(job.userId), template)
    }
    case 'email_changed':
      await mail(ports, recipientIn(job), { kind: 'email_changed', at: job.at, newEmail: job.newEmail, days })
      return
    case 'account_deleted':
      await mail(ports, recipientIn(job), { kind: 'account_deleted', at: job.at, by: job.by })
  }
}

type Found = Account | undefined

/** Sends a link that verifies the email. `add` keeps earlier links valid, `put` replaces them. */
async function verification(ports: MailPorts, account: Found, store: 'add' | 'put'): Promise<void> {
  if (account?.status !== 'active' || account.emailVerified) return
  if (waysIn(account) === 0) return finishSignUp(ports, account)
  const to = recipientOf(account)
  await withinBudget(ports, { to, kind: 'verify_email' }, async () => {
    const token = await newCode(ports, account, 'verify_email', { store })
    await mail(ports, to, { kind: 'verify_email', token, hours })
  })
}

/** Handles a sign-up with an email that has an account. The owner may have sent it. */
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
  // The same email and password come from the same person, who sent the form twice or waits for the mail. Nothing is voided.
  if (account.passwordHash !== '' && isSame(account.passwordHash, passwordHash)) {
    if (!withheld) await verification(ports, account, 'add')
    return
  }
  // Without an expiry, the account is in use unverified. Sign-ups without a password are possible there, and must not end that: a
  // stranger could log anybody out. The owner of the mailbox can reset the password.
  if (account.keptUntil === undefined && passwordHash === '') {
    if (!withheld) await alreadyRegistered(ports, account)
    return
  }
  // Two sign-ups used this email, and neither has proven it: disable the password until the owner sets one. Do so even if the
  // mail is withheld. Otherwise a stranger could use up the budget and keep a known password on the account.
  const isDisabled = account.passwordHash === ''
  const contested = isDisabled
    ? account
    : changedOrRefuse(await ports.users.change(account, disablePassword(ports.clock.now())))
  if (!isDisabled)
    ports.events.record({ type: 'password.voided', userId: account.id, reason: 'second_sign_up' })
  if (!withheld) await finishSignUp(ports, contested)
}

/** Sends a token that sets a password, with the reason. */
async function reset(
  ports: MailPorts,
  account: Found,
  kind: 'reset_password' | 'reset_started' | 'email_kept' | 'factor_undone' | 'factors_reset',
): Promise<void> {
  if (account?.status !== 'active') return
  const to = recipientOf(account)
  const send = async () => {
    const token = await newCode(ports, account, 'reset_password')
    await mail(ports, to, { kind, token, minutes: minutes('reset_password') })
  }
  // Anybody can ask for this one. The others follow an act of an administrator, or of the owner who undid a change.
  if (kind === 'reset_password') await withinBudget(ports, { to, kind }, send)
  else await send()
}

/** Sends a token that sets the first password. */
async function finishSignUp(ports: MailPorts, account: Account): Promise<void> {
  const to = recipientOf(account)
  const kind = 'finish_sign_up'
  await withinBudget(ports, { to, kind }, async () => {
    const token = await newCode(ports, account, kind)
    await mail(ports, to, { kind, token, hours: codeSeconds[kind] / HOUR })
  })
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

/**
 * The first device of a user needs no notification. The mail comes before the device is remembered, so a retry sends it too.
 */
async function newDevice(
  ports: MailPorts,
  account: Found,
  { at, device, sessionVersion, userAgent, ip }: Extract<EmailJob, { type: 'new_device' }>,
): Promise<void> {
  if (!account || account.devices.includes(device)) return
  if (account.devices.length > 0)
    await mailVerified(ports, account, { kind: 'new_device', at, userAgent, ip })
  // An older session version means that a reset or an undo followed, which cleared the known devices. This one may be the
  // thief's.
  if (sessionVersion !== account.sessionVersion) return
  await ports.users.rememberDevices(
    account.id,
    [device, ...account.devices].slice(0, MOST_DEVICES),
    sessionVersion,
  )
}
