import { randomUUID } from 'node:crypto'
import type { Admission, FirstProof } from './admission.ts'
import { deviceOf } from './devices.ts'
import { deniedUntil, LONGEST_SESSION_SECONDS, type Seconds } from './lifetimes.ts'
import { notify } from './notifications.ts'
import type { Ports, Session } from './ports.ts'
import { Refusal } from './refusal.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

/** Creates the first generation of a session after a first proof, with `amr` from RFC 8176. It is not stored yet. */
export function newSession(
  { clock, lifetimes }: Pick<Ports, 'clock' | 'lifetimes'>,
  account: Account,
  { amr, client }: FirstProof,
): Session {
  const now = clock.now()
  return {
    id: randomUUID(),
    userId: account.id,
    sessionVersion: account.sessionVersion,
    generation: 1,
    createdAt: now,
    lastUsedAt: now,
    idleExpiresAt: now + lifetimes.sessionIdleSeconds,
    expiresAt: now + lifetimes.sessionAbsoluteSeconds,
    rotatedAt: now,
    rotatedBy: 'login',
    refreshRate: { since: now, refreshes: 0 },
    amr,
    ...client,
  }
}

/** Opens a session and issues its first pair. */
export async function openSession(
  ports: TokenPorts & Pick<Ports, 'users' | 'sessions' | 'policy' | 'outbox' | 'events'>,
  { account, ...proof }: Admission,
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  // An unverified account may still have an expiry, from a time when verification was required. Remove it: the account is in
  // use.
  if (account.keptUntil !== undefined && !(await ports.users.endExpiry(account)))
    throw new Refusal('unavailable')
  const session = newSession(ports, account, proof)
  const opened = ports.sessions.open(session)
  const device = deviceOf(proof.client)
  const isKnown = account.devices.includes(device)
  const job = {
    userId: account.id,
    at: session.createdAt,
    device,
    sessionVersion: session.sessionVersion,
    ...proof.client,
  }
  await settleAll(opened, isKnown ? Promise.resolve() : notify(ports, { type: 'new_device', ...job }))
  ports.events.record({ type: 'login.succeeded', userId: account.id, sessionId: session.id })
  return issueTokenPair(ports, account, session)
}

/**
 * Ends the session of each valid token. Succeeds if there is none: a second logout, or one with expired tokens, changes
 * nothing. An expired access token does not prevent the logout by a valid refresh token. ASVS 7.4.1.
 */
export async function endSession(
  ports: Pick<Ports, 'sessions' | 'accessTokenVerifier' | 'refreshTokens' | 'clock' | 'events'>,
  tokens: { refreshToken: string | undefined; accessToken: string | undefined },
): Promise<void> {
  const now = ports.clock.now()
  const family = tokens.refreshToken && (await ports.refreshTokens.verify(tokens.refreshToken, now))
  const subject = tokens.accessToken && (await ports.accessTokenVerifier.verify(tokens.accessToken, now))

  const ending = new Map<string, { userId: string; endsAt: Seconds }>()
  // An access token does not contain the end of its family, so assume the latest possible.
  if (subject)
    ending.set(subject.sessionId, { userId: subject.userId, endsAt: now + LONGEST_SESSION_SECONDS })
  if (family) ending.set(family.sessionId, { userId: family.userId, endsAt: family.expiresAt })

  const revoked = [...ending].map(([sessionId, session]) => revokeSession(ports, { ...session, sessionId }))
  await settleAll(...revoked)
}

/** Ends a session and records the event. `endsAt` is the latest end of its token family. */
export async function revokeSession(
  ports: Pick<Ports, 'sessions' | 'events'>,
  { userId, sessionId, endsAt }: { userId: string; sessionId: string; endsAt: Seconds },
): Promise<void> {
  await ports.sessions.revoke({ userId, sessionId, deniedUntil: deniedUntil(endsAt) })
  ports.events.record({ type: 'session.revoked', userId, sessionId })
}
