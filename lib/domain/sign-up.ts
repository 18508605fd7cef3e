import { admit } from './admission.ts'
import { notAdmitted } from './auth-sessions.ts'
import type { EmailJob } from './email-jobs.ts'
import type { Locale } from './locales.ts'
import { newAccount } from './new-accounts.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import { openSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'

const DAY = 86_400

type SignUpJob = Extract<EmailJob, { type: 'signed_up' | 'sign_up_attempted' }>

/**
 * Creates an account and writes an email job for its verification. Takes a canonical email.
 * If verification is not required, it opens a session too, or refuses with `email_taken`. If verification is required, the
 * answer and its time do not reveal whether the email has an account: the calls are the same, and the mail function looks up
 * the account (ASVS 6.3.8).
 * Without a password, the account waits for the link of `finishSignUp`, whatever the policy: always 202.
 * Refuses with `signup_closed`, whatever the email, or with `weak_password`.
 */
export async function signUp(
  ports: PasswordRulePorts &
    TokenPorts &
    Pick<Ports, 'users' | 'sessions' | 'authSessions' | 'passwords' | 'rateLimiter' | 'outbox'>,
  {
    client,
    ...input
  }: { email: string; password?: string | undefined; name: string; locale: Locale; client: Client },
): Promise<TokenPair | undefined> {
  const { users, passwords, policy, clock, events } = ports
  const { email, name, locale } = input
  const { password } = input
  if (policy.signUp === 'closed') throw new Refusal('signup_closed')
  if (password === undefined && !policy.sendsMail) {
    const message = 'must be set, because this deployment sends no mail that could set it later'
    throw new Refusal('invalid_request', { issues: [{ path: 'password', message }] })
  }
  if (password !== undefined)
    await checkNewPassword(ports, password, { path: 'password', words: [email, name] })
  // The owner of the mailbox must finish the sign-up, so the answer can be the same as where verification is required.
  const waits = policy.requireVerifiedEmail || password === undefined
  // An account created without its session would make the retry fail with `email_taken`.
  if (!waits) await ensureSigningKeys(ports)
  // Hash before reading the time. The list of users is ordered by that time, and a page could miss a user who is written much
  // later.
  const passwordHash = password === undefined ? '' : await passwords.hashForSignUp(password, email)
  const now = clock.now()
  const account = newAccount({
    email,
    name,
    locale,
    emailVerified: false,
    passwordHash,
    identities: 0,
    client,
    now,
    // An account that can be used unverified has an owner, so it does not expire.
    ...(waits && { keptUntil: now + policy.unverifiedAccountDays * DAY }),
  })
  const isNew = (await users.create(account, now)) === 'created'
  if (isNew) events.record({ type: 'user.created', userId: account.id })
  if (!isNew && !waits) throw new Refusal('email_taken')
  const job: SignUpJob = isNew
    ? { type: 'signed_up', userId: account.id }
    : { type: 'sign_up_attempted', email, passwordHash }
  const left = policy.sendsMail ? leave(ports, email, job) : Promise.resolve()
  if (waits) {
    await left
    return undefined
  }
  // The account exists whether or not the job was written: the user can request another mail.
  const mailed = left.catch(() => events.record({ type: 'mail.lost', userId: account.id, job: job.type }))
  const proof = { amr: ['pwd'], client }
  const admission = admit(policy, account, proof)
  if (typeof admission === 'string') {
    const [refusal] = await settleAll(notAdmitted(ports, account, proof, admission), mailed)
    throw refusal
  }
  const [tokens] = await settleAll(openSession(ports, admission), mailed)
  return tokens
}

/**
 * Writes the email job. Over the mailbox's budget the job is marked as withheld. It is still processed, because a different
 * password disables the first one. The caller is not told.
 */
async function leave(
  { rateLimiter, outbox, clock, events }: Pick<Ports, 'rateLimiter' | 'outbox' | 'clock' | 'events'>,
  email: string,
  job: SignUpJob,
): Promise<void> {
  const isWithheld = !(await rateLimiter.hasLeft('signupMails', email))
  if (isWithheld) {
    const userId = job.type === 'signed_up' ? job.userId : undefined
    events.record({ type: 'mail.withheld', job: job.type, ...(userId && { userId }) })
  }
  await outbox.put(isWithheld ? { ...job, withheld: true } : job, clock.now())
}
