import { within } from './invocation-signal.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import { notify } from './mail-orders.ts'
import type { NotChanged, Ports } from './ports.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import type { Account } from './users.ts'

/** Who a request speaks for, as the authorizer said. */
export interface Caller {
  readonly userId: string
  readonly sessionId: string
  /** The version that the access token has: what is written for it must hold against this one. */
  readonly claimsVersion: number
}

/** Lets in nobody who was let in before: no password opens the account, and every session ends. */
export const shut = (now: Seconds) => ({
  passwordHash: '',
  endsSessions: true,
  deniedUntil: deniedUntil(now),
})

/** What the caller is told where a change did not hold. */
export const refusalFor: Readonly<Record<NotChanged, RefusalCode>> = {
  changed_meanwhile: 'conflict',
  caller_outdated: 'unauthorized',
  last_administrator: 'last_administrator',
  email_taken: 'email_taken',
  email_changed_recently: 'email_changed_recently',
}

/** The account as it is after a change. Refuses with why it did not hold. */
export function held(outcome: Account | NotChanged): Account {
  if (typeof outcome === 'string') throw new Refusal(refusalFor[outcome])
  return outcome
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
  ports: Pick<Ports, 'users' | 'passwords'>,
  caller: Caller,
  password: string,
): Promise<Account> {
  const account = await ownAccount(ports, caller)
  if (await ports.passwords.compare(password, account.passwordHash)) return account
  throw new Refusal('wrong_password', { subject: { userId: account.id } })
}

/**
 * Deletes the caller's account, its e-mail claim and its sessions; every token is refused from the next request on.
 * Refuses with `wrong_password`, `last_administrator` or `conflict`.
 */
export async function deleteOwnAccount(
  ports: RemovalPorts & Pick<Ports, 'passwords'>,
  caller: Caller,
  password: string,
): Promise<void> {
  await removeAccount(ports, await provenAccount(ports, caller, password), 'owner')
}

type RemovalPorts = Pick<Ports, 'users' | 'sessions' | 'policy' | 'outbox' | 'clock' | 'events'>

/**
 * Deletes an account as it was read, and what is left of its sessions. Tells the address, if it was confirmed, and the former
 * one while it is kept: a thief may have changed it, and it can take nothing back now.
 */
export async function removeAccount(
  ports: RemovalPorts,
  account: Account,
  by: 'owner' | 'administrator',
  caller?: Caller,
): Promise<void> {
  const at = ports.clock.now()
  const change = { now: at, deniedUntil: deniedUntil(at), by: caller }
  const outcome = await ports.users.remove(account, change)
  if (typeof outcome === 'string') throw new Refusal(refusalFor[outcome])
  const { id: userId, email, emailVerified } = account
  ports.events.record({ type: 'user.deleted', userId })
  const told = [...(emailVerified ? [email] : []), ...(outcome.former ? [outcome.former.email] : [])]
  await Promise.all([
    ...told.map((email) => notify(ports, { type: 'account_deleted', userId, at, email, by })),
    forgetSessions(ports, userId),
  ])
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
  await within(PATIENCE_MS, () =>
    epoch === undefined ? sessions.forgetAll(userId) : sessions.forgetBefore(userId, epoch),
  ).catch(() => events.record({ type: 'session.left_to_expire', userId }))
}
