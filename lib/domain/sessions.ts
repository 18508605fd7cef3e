import { randomUUID } from 'node:crypto'
import { deviceOf } from './devices.ts'
import { type Grant, type GrantPorts, grant, readyToGrant } from './grants.ts'
import { deniedUntil, LONGEST_SESSION_SECONDS, type Seconds } from './lifetimes.ts'
import type { Budget } from './limits.ts'
import { notify } from './mail-orders.ts'
import type { Client, Pace, Ports, Session } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/** A first generation for an account whose owner has just been proven, `amr` saying how (RFC 8176); not yet stored. */
export function newSession(
  { clock, lifetimes }: Pick<Ports, 'clock' | 'lifetimes'>,
  account: Account,
  { amr, client }: { amr: readonly string[]; client: Client },
): Session {
  const now = clock.now()
  return {
    id: randomUUID(),
    userId: account.id,
    epoch: account.epoch,
    generation: 1,
    createdAt: now,
    lastUsedAt: now,
    idleExpiresAt: now + lifetimes.sessionIdleSeconds,
    expiresAt: now + lifetimes.sessionAbsoluteSeconds,
    rotatedAt: now,
    rotatedBy: 'login',
    pace: { since: now, refreshes: 0 },
    amr,
    ...client,
  }
}

/** Opens a session, and grants its first pair. */
export async function openSession(
  ports: GrantPorts & Pick<Ports, 'sessions' | 'policy' | 'outbox' | 'events'>,
  account: Account,
  proof: { amr: readonly string[]; client: Client },
): Promise<Grant> {
  await readyToGrant(ports)
  const session = newSession(ports, account, proof)
  await ports.sessions.open(session)
  ports.events.record({ type: 'login.succeeded', userId: account.id, sessionId: session.id })
  const device = deviceOf(proof.client)
  if (!account.devices.includes(device)) {
    await notify(ports, {
      type: 'new_device',
      userId: account.id,
      at: session.createdAt,
      device,
      ...proof.client,
    })
  }
  return grant(ports, account, session)
}

/**
 * Exchanges a refresh token for the next pair. Of all generations only the newest is good; its immediate
 * predecessor is excused for the grace, and writes nothing; any other ends the session.
 * Refuses with `invalid_refresh_token`, `too_many_attempts`, `session_ended` or `refresh_token_reused`.
 * RFC 9700 4.14.2, ASVS 10.4.5.
 */
export async function refreshSession(
  ports: GrantPorts & Pick<Ports, 'sessions' | 'limits' | 'policy' | 'outbox' | 'events'>,
  refreshToken: string | undefined,
): Promise<Grant> {
  const now = ports.clock.now()

  // 1. The token is one of ours, whole, and its family has not reached its end.
  const presented = refreshToken && (await ports.refreshTokens.verify(refreshToken, now))
  if (!presented) throw new Refusal('invalid_refresh_token', { isAttempt: Boolean(refreshToken) })
  const { userId, sessionId } = presented
  const ended = () => new Refusal('session_ended', { subject: { userId } })

  // 2. It is not refreshed too often. The token brings what the session's item says, so that nothing is read for it.
  const pace = nextPace(presented.pace, ports.limits.refreshPerSession, now)

  // Without what signs the next pair each retry of the client would come later, and the last as a theft.
  await readyToGrant(ports)

  // 3. One conditional write decides who is first, while everything else that decides is read.
  const request = randomUUID()
  const [{ rotated, session }, { account, revoked }] = await allSettled([
    ports.sessions.rotate({
      userId,
      sessionId,
      generation: presented.generation,
      now,
      idleExpiresAt: now + ports.lifetimes.sessionIdleSeconds,
      rotatedBy: request,
      pace,
    }),
    ports.sessions.standing(userId, sessionId),
  ])

  // 4. Whoever won: the session lives, and so does its user, unchanged in what ends sessions.
  if (!session || session.idleExpiresAt <= now || session.expiresAt <= now) throw ended()
  if (account?.status !== 'active') throw ended()
  if (revoked || session.epoch !== account.epoch) throw ended()

  // 5. Who was not first is excused if it holds the immediate predecessor and is not late: another tab, or a
  //    client that lost our answer. An SDK that resent the write finds its own name on the item.
  if (!rotated && session.rotatedBy !== request) {
    const isPredecessor = session.generation === presented.generation + 1
    if (!isPredecessor || now - session.rotatedAt >= ports.lifetimes.refreshGraceSeconds) {
      ports.events.record({ type: 'session.reuse_detected', userId, sessionId })
      await ports.sessions.revoke({ userId, sessionId, deniedUntil: deniedUntil(session.expiresAt) })
      await notify(ports, { type: 'token_reused', userId, at: now })
      throw new Refusal('refresh_token_reused')
    }
    ports.events.record({ type: 'session.grace_used', userId, sessionId })
  }
  return grant(ports, account, session)
}

/** One more refresh in the window, or the first of the next. Refuses with `too_many_attempts`. */
function nextPace({ since, refreshes }: Pace, { most, seconds }: Budget, now: Seconds): Pace {
  if (since + seconds <= now) return { since: now, refreshes: 1 }
  if (refreshes >= most) throw new Refusal('too_many_attempts', { retryAfter: since + seconds - now })
  return { since, refreshes: refreshes + 1 }
}

/**
 * Ends the session of each token that is still good for it, and is content if there is none: a second log-out,
 * or one with dead tokens, changes nothing. An expired access token does not stop a good refresh token.
 * ASVS 7.4.1.
 */
export async function endSession(
  ports: Pick<Ports, 'sessions' | 'accessTokenVerifier' | 'refreshTokens' | 'clock' | 'events'>,
  tokens: { refreshToken: string | undefined; accessToken: string | undefined },
): Promise<void> {
  const now = ports.clock.now()
  const family = tokens.refreshToken && (await ports.refreshTokens.verify(tokens.refreshToken, now))
  const subject = tokens.accessToken && (await ports.accessTokenVerifier.verify(tokens.accessToken, now))

  const ending = new Map<string, { userId: string; endsAt: Seconds }>()
  // An access token does not say when its family ends: the latest end possible is on the safe side.
  if (subject)
    ending.set(subject.sessionId, { userId: subject.userId, endsAt: now + LONGEST_SESSION_SECONDS })
  if (family) ending.set(family.sessionId, { userId: family.userId, endsAt: family.expiresAt })

  for (const [sessionId, { userId, endsAt }] of ending)
    await revokeSession(ports, { userId, sessionId, endsAt })
}

/** Ends a session, whose family of tokens ends at `endsAt` at the latest, and says so. */
export async function revokeSession(
  ports: Pick<Ports, 'sessions' | 'events'>,
  { userId, sessionId, endsAt }: { userId: string; sessionId: string; endsAt: Seconds },
): Promise<void> {
  await ports.sessions.revoke({ userId, sessionId, deniedUntil: deniedUntil(endsAt) })
  ports.events.record({ type: 'session.revoked', userId, sessionId })
}

/** Like `Promise.all`, but fails only when all have ended: a write left in flight could land long after our answer. */
async function allSettled<A, B>(both: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(both)
  return Promise.all(both)
}
