import { randomUUID } from 'node:crypto'
import { admit } from './admission.ts'
import { deviceOf } from './devices.ts'
import type { EmailJob } from './email-jobs.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import { openSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

const DAY = 86_400

type SignUpJob = Extract<EmailJob, { type: 'signed_up' | 'sign_up_attempted' }>

/**
 * Opens an account, and leaves an job for the mail that confirms its email. Takes a canonical email.
 * Where emails need no confirmation it opens a session too, or refuses with `email_taken`. Where they do, the answer and
 * its time tell nobody whether the email was known: the same calls are made, and the rest is found out where mails are
 * written (ASVS 6.3.8). Refuses with `weak_password`.
 */
export async function signUp(
  ports: PasswordRulePorts &
    TokenPorts &
    Pick<Ports, 'users' | 'sessions' | 'passwords' | 'rateLimiter' | 'outbox'>,
  { client, ...input }: { email: string; password: string; name: string; client: Client },
): Promise<TokenPair | undefined> {
  const { users, passwords, policy, clock, events } = ports
  const { email, name } = input
  await checkNewPassword(ports, input.password, { path: 'password', words: [email, name] })
  // An account without the session that it was promised would answer the next try with `email_taken`.
  if (!policy.requireVerifiedEmail) await ensureSigningKeys(ports)
  // Before the time is taken: a place in the list of users is not left empty for as long as a hash takes.
  const passwordHash = await passwords.hashForSignUp(input.password, email)
  const now = clock.now()
  const account: Account = {
    id: randomUUID(),
    email,
    name,
    roles: ['user'],
    emailVerified: false,
    createdAt: new Date(now * 1000).toISOString(),
    status: 'active',
    passwordHash,
    claimsVersion: 1,
    sessionVersion: 1,
    devices: [deviceOf(client)],
    // Where it can be used unconfirmed it is somebody's, and stays.
    ...(policy.requireVerifiedEmail && { keptUntil: now + policy.unconfirmedAccountDays * DAY }),
  }
  const isNew = (await users.create(account, now)) === 'created'
  if (isNew) events.record({ type: 'user.created', userId: account.id })
  if (!isNew && !policy.requireVerifiedEmail) throw new Refusal('email_taken')
  const job: SignUpJob = isNew
    ? { type: 'signed_up', userId: account.id }
    : { type: 'sign_up_attempted', email, passwordHash }
  const left = policy.sendsMail ? leave(ports, email, job) : Promise.resolve()
  if (policy.requireVerifiedEmail) {
    await left
    return undefined
  }
  // The account is open already, mailed or not: another mail can be asked for.
  const mailed = left.catch(() => events.record({ type: 'mail.lost', userId: account.id, job: job.type }))
  const admission = admit(policy, account, { amr: ['pwd'], client })
  if (typeof admission === 'string') throw new Refusal(admission)
  const [tokens] = await settleAll(openSession(ports, admission), mailed)
  return tokens
}

/**
 * Leaves the job for the mail. Over the mailbox's budget it is left all the same, to be done without a mail: another
 * password voids the first even then, and nobody is told.
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
