import { randomUUID } from 'node:crypto'
import type { Admission } from './admission.ts'
import type { Assurance } from './assurance.ts'
import { deviceOf } from './devices.ts'
import { lacksFactor } from './factor-policy.ts'
import { deniedUntil, LONGEST_SESSION_SECONDS, type Seconds } from './lifetimes.ts'
import { notify } from './notifications.ts'
import type { Client, NotOpened, Opening, Ports, Session } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'
import { type Account, changedBy } from './users.ts'

/** Creates the first generation of a session. It is not stored yet. */
export function newSession(
  { clock, lifetimes }: Pick<Ports, 'clock' | 'lifetimes'>,
  account: Account,
  {
    amr,
    acr,
    client,
    authTime,
  }: Pick<Assurance, 'amr' | 'acr'> & { readonly client: Client; readonly authTime?: Seconds | undefined },
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
    authTime: authTime ?? now,
    amr,
    acr,
    ...client,
  }
}

/**
 * Creates the session that replaces another one of the same user, after a change that ends the other. It ends when the other one
 * would have ended, and its assurance is that of the other one, unless `proven` raises it. Refuses with `unauthorized` if its account
 * needs a second proof.
 */
export function continuedSession(
  ports: Pick<Ports, 'clock' | 'lifetimes' | 'policy'>,
  account: Account,
  former: Session,
  client: Client,
  proven: Partial<Assurance> = {},
): Session {
  const { authTime, amr, acr, createdAt, expiresAt } = former
  const next = newSession(ports, account, { amr, acr, client })
  const idleExpiresAt = Math.min(next.idleExpiresAt, expiresAt)
  const session = { ...next, createdAt, expiresAt, idleExpiresAt, authTime, ...proven }
  if (lacksFactor(session, ports.policy, account)) throw new Refusal('unauthorized')
  return session
}

/** Returns the caller's session. Refuses with `unauthorized` if it was ended since the authorizer read the token. */
export async function ownSession(
  { sessions, clock }: Pick<Ports, 'sessions' | 'clock'>,
  { userId, sessionId }: Pick<Principal, 'userId' | 'sessionId'>,
): Promise<Session> {
  const session = await sessions.find(userId, sessionId, clock.now())
  if (!session) throw new Refusal('unauthorized')
  return session
}

type OpeningPorts = TokenPorts & Pick<Ports, 'users' | 'outbox' | 'events'>

/** Opens a session after a first proof, and issues its first pair. */
export async function openSession(
  ports: OpeningPorts & Pick<Ports, 'sessions'>,
  admission: Admission,
): Promise<TokenPair> {
  // Only `openProvenSession` uses up a second proof.
  if (admission.factor) throw new Error('This admission has a second proof')
  const session = await admittedSession(ports, admission)
  await settleAll(ports.sessions.open(session), notifyOfDevice(ports, admission, session))
  return firstPair(ports, admission, session)
}

/**
 * Opens a session in the transaction that uses up the second proof, and issues its first pair. `ends` is deleted in the same
 * transaction, and `links` is linked. Returns the reason if the session was not opened.
 */
export async function openProvenSession(
  ports: OpeningPorts & Pick<Ports, 'sessionOpenings'>,
  admission: Admission,
  { ends, links }: Pick<Opening, 'ends' | 'links'> = {},
): Promise<TokenPair | NotOpened> {
  const { account, factor } = admission
  // An enrolment stores its session itself.
  if (factor?.spends === 'enrolment') throw new Error('This factor was enrolled and not proven')
  // A link moves both versions, and the session is of the new ones.
  const opened = links ? { ...admission, account: linkedBy(account) } : admission
  const session = await admittedSession(ports, opened)
  const outcome = await ports.sessionOpenings.open({ session, account, spends: factor?.spends, ends, links })
  if (outcome !== 'opened') return outcome
  await notifyOfDevice(ports, opened, session)
  return firstPair(ports, opened, session)
}

/** The account after an identity was linked. */
export const linkedBy = (account: Account): Account =>
  changedBy(account, { identities: account.identities + 1, endsSessions: true })

/**
 * Opens a session together with the change of its account that `change` makes. Returns why the change was not made, or the first
 * pair.
 */
export async function openEnrolledSession<N extends string>(
  ports: OpeningPorts,
  admission: Admission,
  change: (session: Session) => Promise<Account | N>,
): Promise<TokenPair | N> {
  const session = await admittedSession(ports, admission)
  const changed = await change(session)
  if (typeof changed === 'string') return changed
  await notifyOfDevice(ports, admission, session)
  return firstPair(ports, admission, session)
}

async function admittedSession(
  ports: OpeningPorts,
  { account, client, amr, acr, authTime }: Admission,
): Promise<Session> {
  await ensureSigningKeys(ports)
  // An unverified account may still have an expiry, from a time when verification was required. Remove it: the account is in
  // use.
  if (account.keptUntil !== undefined && !(await ports.users.endExpiry(account)))
    throw new Refusal('unavailable')
  return newSession(ports, account, { amr, acr, client, authTime })
}

async function notifyOfDevice(
  ports: OpeningPorts,
  { account, client }: Admission,
  { createdAt: at, sessionVersion }: Session,
): Promise<void> {
  const device = deviceOf(client)
  if (account.devices.includes(device)) return
  await notify(ports, { type: 'new_device', userId: account.id, at, device, sessionVersion, ...client })
}

function firstPair(ports: OpeningPorts, { account }: Admission, session: Session): Promise<TokenPair> {
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
