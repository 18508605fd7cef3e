import { randomUUID } from 'node:crypto'
import { lacksFactor } from './factor-policy.ts'
import { within } from './invocation-signal.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import type { Budget } from './limits.ts'
import { notify } from './notifications.ts'
import type { Ports, RefreshRate } from './ports.ts'
import { Refusal } from './refusal.ts'
import { ensureSigningKeys, issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'

/** The store's two attempts fit into the first limit, and both limits into the 9 s of a function. */
const PATIENCE_MS = 5000
const KEEP_MS = 3000

/**
 * Exchanges a refresh token for the next pair. Only the newest generation is valid. Its predecessor is accepted within the
 * grace period, or until the next rotation after an outage of ours. Any other generation ends the session.
 * Refuses with `invalid_refresh_token`, `too_many_attempts`, `session_ended` or `refresh_token_reused`. RFC 9700 4.14.2, ASVS
 * 10.4.5.
 */
export async function refreshSession(
  ports: TokenPorts & Pick<Ports, 'sessions' | 'limits' | 'outbox' | 'events'>,
  refreshToken: string | undefined,
): Promise<TokenPair> {
  const now = ports.clock.now()

  // 1. Verify the token and the end of its family.
  const presented = refreshToken && (await ports.refreshTokens.verify(refreshToken, now))
  if (!presented) throw new Refusal('invalid_refresh_token', { isAttempt: Boolean(refreshToken) })
  const { userId, sessionId } = presented
  const ended = () => new Refusal('session_ended', { subject: { userId } })

  // 2. Check the refresh rate. The token contains the session item's value, so this needs no read.
  const refreshRate = nextRefreshRate(presented.refreshRate, ports.limits.refreshPerSession, now)

  // Load the signing keys before rotating: a failure here changes nothing.
  await ensureSigningKeys(ports)

  // 3. A conditional write decides which request rotates, and a parallel read gives the rest. Wait for both before the answer:
  //    a write in flight could complete long after it.
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

  // 4. Find the request that created the current generation, if this request may use its tokens. It may be this request itself,
  //    even if the SDK sent the write twice or its outcome is unknown. Or it is another one within the grace period: a second
  //    tab, or a client that lost our answer.
  const isOurs = rotated !== false || session?.rotatedBy === request
  const isPredecessor = session?.generation === presented.generation + 1
  const isGraced = isPredecessor && now - session.rotatedAt < ports.lifetimes.refreshGraceSeconds
  const rotatedBy = isOurs ? request : isGraced ? session.rotatedBy : undefined

  // A failure from here on is our fault, so keep the predecessor valid. Otherwise retries after the grace period would look
  // like theft.
  const failed = async (cause: unknown): Promise<never> => {
    // The answer stays the same if this fails too.
    if (rotatedBy)
      await within(KEEP_MS, () => ports.sessions.keepPredecessor({ userId, sessionId, rotatedBy })).catch(
        () => undefined,
      )
    throw cause
  }
  if (rotation.status === 'rejected') return failed(rotation.reason)
  if (currentState.status === 'rejected') return failed(currentState.reason)

  // 5. The session and its user must be valid, and no change may have ended the session.
  const { account, revoked } = currentState.value
  if (!session || session.idleExpiresAt <= now || session.expiresAt <= now) throw ended()
  if (account?.status !== 'active') throw ended()
  if (revoked || session.sessionVersion !== account.sessionVersion) throw ended()
  if (lacksFactor(session, ports.policy, account)) throw ended()

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

/** Counts a refresh in the current window, or starts the next. Refuses with `too_many_attempts`. */
function nextRefreshRate(
  { since, refreshes }: RefreshRate,
  { most, seconds }: Budget,
  now: Seconds,
): RefreshRate {
  if (since + seconds <= now) return { since: now, refreshes: 1 }
  if (refreshes >= most) throw new Refusal('too_many_attempts', { retryAfter: since + seconds - now })
  return { since, refreshes: refreshes + 1 }
}
