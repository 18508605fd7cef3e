import { type FactorProof, hasFactor, refusalOfSpent } from './factors.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import { checkPassword, ownAccount } from './own-account.ts'
import type { Client, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import type { Prove } from './second-factor.ts'
import { continuedSession, ownSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

/** A proof that a user has given again. A factor is used up by the transaction that replaces the session. */
export interface FreshProof {
  /** The methods of the proof (RFC 8176). */
  readonly amr: readonly string[]
  readonly authTime: Seconds
  readonly factor?: FactorProof
}
/** Checks a proof that the account can give, in a session of its user, or refuses. */
export type ProveAgain = (account: Account, session: Pick<Principal, 'sessionId'>) => Promise<FreshProof>

/** Proves a factor. It has a budget of its own, or needs none. */
export const provesFactorAgain =
  ({ clock }: Pick<Ports, 'clock'>, prove: Prove): ProveAgain =>
  async (account) => {
    const authTime = clock.now()
    const factor = await prove(account)
    return { amr: factor.amr, authTime, factor }
  }

/**
 * Proves the password of an account without a factor. Refuses with `invalid_request` for an account with one, `too_many_attempts` or
 * `wrong_password`.
 */
export const provesPasswordAgain =
  (ports: Pick<Ports, 'passwords' | 'rateLimiter' | 'clock'>, password: string): ProveAgain =>
  async (account) => {
    const { id: userId } = account
    const authTime = ports.clock.now()
    if (hasFactor(account)) {
      const message = 'is not enough, because the account has a second factor'
      throw new Refusal('invalid_request', { issues: [{ path: 'password', message }] })
    }
    if (account.passwordHash === '') throw new Refusal('wrong_password', { subject: { userId } })
    await ports.rateLimiter.take('passwordPerUser', userId)
    await checkPassword(ports, account, password)
    return { amr: ['pwd'], authTime }
  }

/**
 * Proves again who the user is, and replaces the session: the former tokens are refused from then on. An account with a factor
 * proves that; one without proves its password; one with neither its mailbox or a linked provider account. Only this moves `auth_time`.
 * RFC 9470, ASVS 7.5.1.
 * Refuses with the refusal of the proof, or with `unauthorized` if the session or the account has changed.
 */
export async function reauthenticate(
  ports: TokenPorts & Pick<Ports, 'users' | 'sessions' | 'sessionOpenings' | 'events'>,
  principal: Principal,
  { client, prove }: { client: Client; prove: ProveAgain },
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  const { id: userId } = account

  // 1. Check the proof that the account can give.
  const { amr, authTime, factor } = await prove(account, principal)

  // 2. One transaction uses up the proof, ends the former session and opens its successor.
  // Without a factor it is one proof, also in a session that had two before its user removed the factor.
  const proven = factor
    ? { amr: [...new Set([...former.amr, ...amr])], acr: 'aal2' as const }
    : { amr, acr: 'aal1' as const }
  const session = continuedSession(ports, account, former, client, { authTime, ...proven })
  const outcome = await ports.sessionOpenings.open({
    session,
    account,
    spends: factor?.spends,
    ends: { sessionId: former.id, deniedUntil: deniedUntil(former.expiresAt) },
  })
  if (factor && outcome === 'spent') throw new Refusal(refusalOfSpent(factor), { subject: { userId } })
  if (outcome !== 'opened') throw new Refusal('unauthorized', { subject: { userId } })
  ports.events.record({ type: 'session.reauthenticated', userId, sessionId: session.id })
  await factor?.afterUse?.()
  return issueTokenPair(ports, account, session)
}
