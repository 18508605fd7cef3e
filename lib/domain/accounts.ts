import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { deviceOf } from './devices.ts'
import { type Grant, grant } from './grants.ts'
import { deniedUntil } from './lifetimes.ts'
import { type MailOrder, notify } from './mail-orders.ts'
import { checkNewPassword } from './password-rules.ts'
import type { Client, NotChanged, Ports } from './ports.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import { newSession } from './sessions.ts'
import { type Account, changedBy } from './users.ts'

/** Who a request speaks for, as the authorizer said. */
export interface Caller {
  readonly userId: string
  readonly sessionId: string
  /** The version that the access token has: what is written for it must hold against this one. */
  readonly claimsVersion: number
}

/** What the caller is told where a change did not hold. */
export const refusalFor: Readonly<Record<NotChanged, RefusalCode>> = {
  changed_meanwhile: 'conflict',
  caller_outdated: 'unauthorized',
  last_administrator: 'last_administrator',
  email_taken: 'email_taken',
  email_changed_recently: 'email_changed_recently',
}

/**
 * Opens an account, and leaves an order for the mail that confirms its e-mail. Takes a canonical e-mail.
 * Refuses with `weak_password`; and with `email_taken`, but not where e-mails must be verified: there nobody is told, by
 * answer or time, whether the e-mail was known, and whoever has it is mailed (ASVS 6.3.8). Gives the account where it may
 * be shown.
 */
export async function signUp(
  ports: Pick<
    Ports,
    | 'users'
    | 'passwords'
    | 'commonPasswords'
    | 'breachedPasswords'
    | 'throttle'
    | 'policy'
    | 'outbox'
    | 'clock'
    | 'events'
  >,
  { client, ...input }: { email: string; password: string; name: string; client: Client },
): Promise<Account | undefined> {
  const { users, passwords, throttle, policy, outbox, clock, events } = ports
  const { email, name } = input
  await checkNewPassword(ports, input.password, { path: 'password', words: [email, name] })
  // Before the time is taken: a place in the list of users is not left empty for as long as a hash takes.
  const passwordHash = await passwords.hash(input.password)
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
    epoch: 1,
    devices: [deviceOf(client)],
  }
  const isNew = (await users.create(account, now)) === 'created'
  if (isNew) events.record({ type: 'user.created', userId: account.id })
  if (!isNew && !policy.requireVerifiedEmail) throw new Refusal('email_taken')
  if (policy.sendsMail) {
    const order: MailOrder = isNew
      ? { type: 'signed_up', userId: account.id }
      : { type: 'sign_up_attempted', email }
    // A mailbox is not flooded, and nobody is told.
    if (await throttle.hasLeft('signupMails', email)) await outbox.put(order, now)
    else events.record({ type: 'mail.withheld', order: order.type })
  }
  return policy.requireVerifiedEmail ? undefined : account
}

/**
 * The caller's own account. Refuses with `unauthorized` where it is gone, disabled, or has moved on since the authorizer
 * looked: what is then written on the condition of this reading cannot undo what others did to the account meanwhile.
 */
export async function ownAccount({ users }: Pick<Ports, 'users'>, caller: Caller): Promise<Account> {
  const account = await users.findById(caller.userId)
  if (account?.status !== 'active') throw new Refusal('unauthorized')
  if (account.claimsVersion !== caller.claimsVersion) throw new Refusal('unauthorized')
  return account
}

/** The caller's own account, after its password was given once more (ASVS 7.5.1). Refuses with `wrong_password`. */
export async function provenAccount(
  ports: Pick<Ports, 'users' | 'passwords' | 'events'>,
  caller: Caller,
  password: string,
): Promise<Account> {
  const account = await ownAccount(ports, caller)
  if (await ports.passwords.compare(password, account.passwordHash)) return account
  ports.events.record({ type: 'password.refused', userId: account.id })
  throw new Refusal('wrong_password')
}

/**
 * Sets a new password. Every session ends, also a thief's copy of this one; the caller goes on with a new session.
 * Refuses with `wrong_password`, `weak_password`, or `conflict` if the account was changed or this session ended meanwhile.
 */
export async function changePassword(
  ports: Pick<
    Ports,
    | 'users'
    | 'passwords'
    | 'commonPasswords'
    | 'breachedPasswords'
    | 'accessTokenIssuer'
    | 'refreshTokens'
    | 'policy'
    | 'outbox'
    | 'clock'
    | 'lifetimes'
    | 'events'
  >,
  caller: Caller,
  input: { currentPassword: string; newPassword: string; client: Client },
): Promise<Grant> {
  const account = await provenAccount(ports, caller, input.currentPassword)
  const about = { path: 'newPassword', words: [account.email, account.name] }
  await checkNewPassword(ports, input.newPassword, about)
  const passwordHash = await ports.passwords.hash(input.newPassword)
  const fields = { passwordHash, endsSessions: true }
  const session = newSession(ports, changedBy(account, fields), { amr: ['pwd'], client: input.client })
  const changed = await ports.users.change(account, {
    ...fields,
    deniedUntil: deniedUntil(ports.clock.now()),
    replaces: { sessionId: caller.sessionId, by: session },
  })
  if (typeof changed === 'string') throw new Refusal(refusalFor[changed])
  ports.events.record({ type: 'password.changed', userId: account.id, sessionId: session.id })
  await notify(ports, { type: 'password_changed', userId: account.id, at: ports.clock.now() })
  return grant(ports, changed, session)
}

/**
 * Deletes the caller's account, its e-mail claim and its sessions; every token is refused from the next request on.
 * Refuses with `wrong_password`, `last_administrator` or `conflict`.
 */
export async function deleteOwnAccount(
  ports: Pick<Ports, 'users' | 'passwords' | 'sessions' | 'clock' | 'events'>,
  caller: Caller,
  password: string,
): Promise<void> {
  await removeAccount(ports, await provenAccount(ports, caller, password))
}

/** Deletes an account as it was read, and what is left of its sessions. */
export async function removeAccount(
  ports: Pick<Ports, 'users' | 'sessions' | 'clock' | 'events'>,
  account: Account,
  by?: Caller,
): Promise<void> {
  const now = ports.clock.now()
  const outcome = await ports.users.remove(account, { now, deniedUntil: deniedUntil(now), by })
  if (outcome !== 'removed') throw new Refusal(refusalFor[outcome])
  ports.events.record({ type: 'user.deleted', userId: account.id })
  await forgetSessions(ports, account.id)
}

const TRIES = 5

/** Reads and writes; again, on what stands there then, if somebody was quicker. Refuses with why it did not hold. */
export async function retried<T extends object>(write: () => Promise<T | NotChanged>): Promise<T> {
  for (let tried = 0; tried < TRIES; tried++) {
    const outcome = await write()
    if (typeof outcome !== 'string') return outcome
    if (outcome !== 'changed_meanwhile') throw new Refusal(refusalFor[outcome])
  }
  throw new Refusal(refusalFor.changed_meanwhile)
}

const PATIENCE_MS = 3000

/**
 * Clears away the session items of epochs before this one, or all of a user who is gone: they are dead already. TTL will
 * do what this cannot, so neither a failure nor a user of thousands of sessions changes or delays an answer.
 */
export async function forgetSessions(
  { sessions, events }: Pick<Ports, 'sessions' | 'events'>,
  userId: string,
  epoch?: number,
): Promise<void> {
  const patience = new AbortController()
  const late = wait(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new Error('The sessions could not be cleared away in time')
  })
  late.catch(() => undefined)
  const forgotten = epoch === undefined ? sessions.forgetAll(userId) : sessions.forgetBefore(userId, epoch)
  await Promise.race([forgotten, late])
    .catch(() => events.record({ type: 'session.left_to_expire', userId }))
    .finally(() => patience.abort())
}
