import { within } from './invocation-signal.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import { notify } from './notifications.ts'
import type { NotChanged, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import type { Account } from './users.ts'

/** What the caller is told where a change did not hold. */
export const refusalFor: Readonly<Record<NotChanged, RefusalCode>> = {
  version_conflict: 'conflict',
  principal_outdated: 'unauthorized',
  last_administrator: 'last_administrator',
  email_taken: 'email_taken',
  email_changed_recently: 'email_changed_recently',
}

/** The account as it is after a change. Refuses with why it did not hold. */
export function changedOrRefuse(outcome: Account | NotChanged): Account {
  if (typeof outcome === 'string') throw new Refusal(refusalFor[outcome])
  return outcome
}

const TRIES = 5

/** Reads and writes; again, on what stands there then, if somebody was quicker. Refuses with why it did not hold. */
export async function withOptimisticRetry<T extends object>(
  write: () => Promise<T | NotChanged>,
): Promise<T> {
  for (let tried = 0; tried < TRIES; tried++) {
    const outcome = await write()
    if (typeof outcome !== 'string') return outcome
    if (outcome !== 'version_conflict') throw new Refusal(refusalFor[outcome])
  }
  throw new Refusal(refusalFor.version_conflict)
}

/** Lets in nobody who was let in before: no password opens the account, and every session ends. */
export const disablePassword = (now: Seconds) => ({
  passwordHash: '',
  endsSessions: true,
  deniedUntil: deniedUntil(now),
})

export type RemovalPorts = Pick<Ports, 'users' | 'sessions' | 'policy' | 'outbox' | 'clock' | 'events'>

/**
 * Deletes an account as it was read, and what is left of its sessions. Tells the address, if it was confirmed, and the former
 * one while it is kept: a thief may have changed it, and it can take nothing back now.
 */
export async function removeAccount(
  ports: RemovalPorts,
  account: Account,
  by: 'owner' | 'administrator',
  principal?: Principal,
): Promise<void> {
  const at = ports.clock.now()
  const change = { now: at, deniedUntil: deniedUntil(at), by: principal }
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

const PATIENCE_MS = 3000

/**
 * Clears away the session items of session versions before this one, or all of a user who is gone: they are dead already. TTL will
 * do what this cannot, so neither a failure nor a user of thousands of sessions changes or delays an answer.
 */
export async function forgetSessions(
  { sessions, events }: Pick<Ports, 'sessions' | 'events'>,
  userId: string,
  sessionVersion?: number,
): Promise<void> {
  await within(PATIENCE_MS, () =>
    sessionVersion === undefined ? sessions.forgetAll(userId) : sessions.forgetBefore(userId, sessionVersion),
  ).catch(() => events.record({ type: 'session.left_to_expire', userId }))
}
