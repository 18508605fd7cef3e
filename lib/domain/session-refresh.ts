import { randomUUID } from 'node:crypto'
import { within } from './invocation-signal.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import type { Budget } from './limits.ts'
import { notify } from './notifications.ts'
import type { Ports, RefreshRate } from './ports.ts'
import { Refusal } from './refusal.ts'
import { ensureSigningKeys, issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'

/** The two attempts of the store fit into the first, and both into the 9 s of a function. */
const PATIENCE_MS = 5000
const KEEP_MS = 3000

/**
 * Exchanges a refresh token for the next pair. Of all generations only the newest is good; its immediate
 * predecessor is excused within the grace period, or until the next rotation after an outage of ours; any other ends the session.
 * Refuses with `invalid_refresh_token`, `too_many_attempts`, `session_ended` or `refresh_token_reused`.
 * RFC 9700 4.14.2, ASVS 10.4.5.
 */
export async function refreshSession(
  ports: TokenPorts & Pick<Ports, 'sessions' | 'limits' | 'policy' | 'outbox' | 'events'>,
  refreshToken: string | undefined,
): Promise<TokenPair> {
  const now = ports.clock.now()

  // 1. The token is one of ours, whole, and its family has not reached its end.
  const presented = refreshToken && (await ports.refreshTokens.verify(refreshToken, now))
  if (!presented) throw new Refusal('invalid_refresh_token', { isAttempt: Boolean(refreshToken) })
  const { userId, sessionId } = presented
  const ended = () => new Refusal('session_ended', { subject: { userId } })

  // 2. It is not refreshed too often. The token brings what the session's item says, so that nothing is read for it.
  const refreshRate = nextRefreshRate(presented.refreshRate, ports.limits.refreshPerSession, now)

  // Load the signing keys before rotating: a failure here changes nothing.
  await ensureSigningKeys(ports)

  // 3. One conditional write decides who is first, while everything else that decides is read. Both have ended before the
  //    answer: a write in flight could land long after it.
  const request = randomUUID()
  const [rotation, currentState] = await Promise.allSettled([
    within(PATIENCE_MS, () =>
      ports.sessions.rotate({
        userId,
        sessionId,
        generation: presented.generation,
        now,
        idleExpiresAt: now + ports.lifetimes.sessionIdleSeconds,
        rotatedBy: request,
        refreshRate,
      }),
    ),
    within(PATIENCE_MS, () => ports.sessions.currentState(userId, sessionId)),
  ])

  const { rotated, session } = rotation.status === 'fulfilled' ? rotation.value : {}

  // 4. Who made the current generation, if this request may have it. It is this request, also where an SDK resent the write
  //    or the outcome is unknown; or another one within the grace period: another tab, or a client that lost our answer.
  const isOurs = rotated !== false || session?.rotatedBy === request
  const isPredecessor = session?.generation === presented.generation + 1
  const isGraced = isPredecessor && now - session.rotatedAt < ports.lifetimes.refreshGraceSeconds
  const rotatedBy = isOurs ? request : isGraced ? session.rotatedBy : undefined

  // What fails from here on is our fault. The predecessor stays good, or retries after the grace period would look like theft.
  const failed = async (cause: unknown): Promise<never> => {
    // The answer is the same if this fails too.
    if (rotatedBy)
      await within(KEEP_MS, () => ports.sessions.keepPredecessor({ userId, sessionId, rotatedBy })).catch(
        () => undefined,
      )
    throw cause
  }
  if (rotation.status === 'rejected') return failed(rotation.reason)
  if (currentState.status === 'rejected') return failed(currentState.reason)

  // 5. The session lives, and so does its user, unchanged in what ends sessions.
  const { account, revoked } = currentState.value
  if (!session || session.idleExpiresAt <= now || session.expiresAt <= now) throw ended()
  if (account?.status !== 'active') throw ended()
  if (revoked || session.sessionVersion !== account.sessionVersion) throw ended()

  // 6. Any other generation is theft, or a very late retry.
  if (!rotatedBy) {
    ports.events.record({ type: 'session.reuse_detected', userId, sessionId })
    await ports.sessions.revoke({ userId, sessionId, deniedUntil: deniedUntil(session.expiresAt) })
    await notify(ports, { type: 'token_reused', userId, at: now })
    throw new Refusal('refresh_token_reused')
  }
  if (!isOurs) ports.events.record({ type: 'session.grace_used', userId, sessionId })
  return issueTokenPair(ports, account, session).catch(failed)
}

/** One more refresh in the window, or the first of the next. Refuses with `too_many_attempts`. */
function nextRefreshRate(
  { since, refreshes }: RefreshRate,
  { most, seconds }: Budget,
  now: Seconds,
): RefreshRate {
  if (since + seconds <= now) return { since: now, refreshes: 1 }
  if (refreshes >= most) throw new Refusal('too_many_attempts', { retryAfter: since + seconds - now })
  return { since, refreshes: refreshes + 1 }
}
