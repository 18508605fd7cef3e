import { within } from './invocation-signal.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import { notify } from './notifications.ts'
import type { NotChanged, Ports, UserDataStore } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import type { Account } from './users.ts'

/** The refusal code for each reason why a change failed. */
export const refusalFor: Readonly<Record<NotChanged, RefusalCode>> = {
  version_conflict: 'conflict',
  principal_outdated: 'unauthorized',
  last_administrator: 'last_administrator',
  email_taken: 'email_taken',
  email_changed_recently: 'email_changed_recently',
  passkey_exists: 'passkey_exists',
  identity_taken: 'identity_taken',
}

/** Returns the account after a change. Refuses if the change failed. */
export function changedOrRefuse(outcome: Account | NotChanged): Account {
  if (typeof outcome === 'string') throw new Refusal(refusalFor[outcome])
  return outcome
}

const TRIES = 5

/**
 * Reads and writes. Repeats both after a version conflict, up to five times. Refuses if the change failed for another reason.
 */
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

/** The change that disables the password and ends every session. */
export const disablePassword = (now: Seconds) => ({
  passwordHash: '',
  endsSessions: true,
  deniedUntil: deniedUntil(now),
})

export type RemovalPorts = Pick<
  Ports,
  'users' | 'sessions' | 'userData' | 'policy' | 'outbox' | 'clock' | 'events'
>

/**
 * Deletes an account as it was read, then the user's other items. Notifies its email, if verified, and its former email while
 * that is kept: a thief may have changed the email, and the change cannot be undone after the deletion.
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
  const { id: userId, email, emailVerified, locale } = account
  ports.events.record({ type: 'user.deleted', userId })
  const told = [...(emailVerified ? [email] : []), ...(outcome.former ? [outcome.former.email] : [])]
  await Promise.all([
    ...told.map((email) => notify(ports, { type: 'account_deleted', userId, at, email, locale, by })),
    forgetUser(ports, userId),
  ])
}

const PATIENCE_MS = 3000

/**
 * Deletes the items of a deleted user: sessions, and those in the tables of user data. A failure does not change the answer, because
 * no retry of the request would find the account. An event names the table that still has items of the user.
 */
export async function forgetUser(
  ports: Pick<Ports, 'sessions' | 'userData' | 'events'>,
  userId: string,
): Promise<void> {
  await Promise.all([
    forgetSessions(ports, userId),
    ...Object.entries<UserDataStore>({ ...ports.userData }).map(([table, store]) =>
      within(PATIENCE_MS, () => store.deleteAll(userId)).catch(() =>
        ports.events.record({ type: 'user.data_left', userId, table }),
      ),
    ),
  ])
}

/**
 * Deletes the session items of former session versions, or every session item of a deleted user. These sessions have ended
 * already, and TTL removes what is left. So a failure or thousands of sessions neither change nor delay the answer.
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
