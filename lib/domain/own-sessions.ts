import type { Ports, Session } from './ports.ts'
import { Refusal } from './refusal.ts'
import { revokeSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import type { Account } from './users.ts'

/** Each revocation is a transaction; ten at once keep the answer fast for a user of many sessions. */
const AT_ONCE = 10

/** Returns the sessions of an account that are still valid: not expired, and of its session version. */
export async function openSessions(
  { sessions, clock }: Pick<Ports, 'sessions' | 'clock'>,
  { id, sessionVersion }: Account,
): Promise<readonly Session[]> {
  return (await sessions.list(id, clock.now())).filter((session) => session.sessionVersion === sessionVersion)
}

/** Ends one of a user's sessions. Refuses with `not_found` for any other id, including those of other users. */
export async function endOwnSession(
  ports: Pick<Ports, 'sessions' | 'clock' | 'events'>,
  userId: string,
  sessionId: string,
): Promise<void> {
  const open = await ports.sessions.list(userId, ports.clock.now())
  const session = open.find(({ id }) => id === sessionId)
  if (!session) throw new Refusal('not_found')
  await revoke(ports, session)
}

/** Ends all sessions of a user except the current one (ASVS 7.4.3). */
export async function endOtherSessions(
  ports: Pick<Ports, 'sessions' | 'clock' | 'events'>,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const open = await ports.sessions.list(userId, ports.clock.now())
  const others = open.filter(({ id }) => id !== sessionId)
  for (let start = 0; start < others.length; start += AT_ONCE) {
    await settleAll(...others.slice(start, start + AT_ONCE).map((session) => revoke(ports, session)))
  }
}

const revoke = (ports: Pick<Ports, 'sessions' | 'events'>, { userId, id, expiresAt }: Session) =>
  revokeSession(ports, { userId, sessionId: id, endsAt: expiresAt })
