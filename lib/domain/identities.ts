import { forgetSessions, withOptimisticRetry } from './account-changes.ts'
import { anyAccount } from './administration.ts'
import type { FactorChangePorts } from './factor-changes.ts'
import { tellLink, tellUnlink } from './identity-changes.ts'
import { linkedTo } from './identity-ids.ts'
import { deniedUntil } from './lifetimes.ts'
import { isOwner } from './link-sessions.ts'
import { ownAccount } from './own-account.ts'
import type { Client, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import { changeInSession } from './session-changes.ts'
import { ownSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import type { Identity } from './social-ports.ts'
import { type RedeemedCode, takeResult } from './social-results.ts'
import { ensureSigningKeys, type TokenPair } from './token-pairs.ts'
import type { Account } from './users.ts'
import { checkWayInStays, type WayInPorts } from './ways-in.ts'

/** The most identities of an account. */
export const MOST_IDENTITIES = 10

/**
 * Refuses another identity for an account whose email is not verified, because it could be a stranger's, or that has too many.
 */
export function checkMayLink({ id: userId, emailVerified, identities }: Account): void {
  if (!emailVerified) throw new Refusal('email_not_verified', { subject: { userId } })
  if (identities >= MOST_IDENTITIES) throw new Refusal('too_many_identities', { subject: { userId } })
}

/**
 * Links what a flow ended with that the caller began in a session. Every other session ends; the caller continues in a new one.
 * Refuses with `invalid_code`, also for the flow of another user or of a former session version, `email_not_verified`,
 * `too_many_identities`, `too_many_attempts`, `identity_taken` or `conflict`.
 */
export async function linkIdentity(
  ports: FactorChangePorts & Pick<Ports, 'social' | 'rateLimiter'>,
  principal: Principal,
  code: RedeemedCode,
  client: Client,
): Promise<{ readonly tokens: TokenPair; readonly identity: Identity }> {
  await ensureSigningKeys(ports)
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  const { identity, owner } = await takeResult(ports, code, 'link')
  if (!owner || !isOwner(owner, account))
    throw new Refusal('invalid_code', { subject: { userId: account.id } })
  checkMayLink(account)
  // The flow began with a fresh proof. Without one, a thief of an access token must not use up the owner's changes.
  await ports.rateLimiter.take('factorChangesPerUser', account.id)

  const linked = linkedTo(account.id, identity, ports.clock.now())
  const tokens = await changeInSession(
    ports,
    account,
    { former, client },
    {
      identities: account.identities + 1,
      identityWrites: { adds: linked },
    },
  )
  await tellLink(ports, linked)
  return { tokens, identity: linked }
}

/**
 * Unlinks an identity of the caller. Every other session ends; the caller continues in a new one.
 * Refuses with `not_found`, `last_way_in` or `conflict`.
 */
export async function unlinkIdentity(
  ports: FactorChangePorts & WayInPorts,
  principal: Principal,
  identityId: string,
  client: Client,
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  // The account first: what is read later is at least as new, and the write fails if the account has changed since then.
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  const identity = await identityToUnlink(ports, account, identityId)
  const tokens = await changeInSession(ports, account, { former, client }, without(account, identity))
  await tellUnlink(ports, identity)
  return tokens
}

/**
 * Unlinks an identity of another user, and ends that user's sessions.
 * Refuses with `not_found`, `own_account`, `last_way_in`, `unauthorized` or `conflict`.
 */
export async function unlinkIdentityOf(
  ports: WayInPorts & Pick<Ports, 'users' | 'sessions' | 'outbox' | 'clock' | 'events'>,
  principal: Principal,
  userId: string,
  identityId: string,
): Promise<void> {
  if (userId === principal.userId) throw new Refusal('own_account')
  const { changed, identity } = await withOptimisticRetry(async () => {
    const account = await anyAccount(ports, userId)
    const identity = await identityToUnlink(ports, account, identityId)
    const changed = await ports.users.change(account, {
      ...without(account, identity),
      endsSessions: true,
      deniedUntil: deniedUntil(ports.clock.now()),
      by: principal,
    })
    return typeof changed === 'string' ? changed : { changed, identity }
  })
  await tellUnlink(ports, identity)
  await forgetSessions(ports, userId, changed.sessionVersion)
}

async function identityToUnlink(ports: WayInPorts, account: Account, identityId: string): Promise<Identity> {
  const identity = (await ports.identities.list(account.id)).find(({ id }) => id === identityId)
  if (!identity) throw new Refusal('not_found')
  await checkWayInStays(ports, account, identity)
  return identity
}

const without = (account: Account, identity: Identity) => ({
  identities: account.identities - 1,
  identityWrites: { removes: [identity] },
})
