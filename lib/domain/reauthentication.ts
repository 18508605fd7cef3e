import { hasFactor, refusalOfSpent } from './factors.ts'
import { deniedUntil } from './lifetimes.ts'
import { checkPassword, ownAccount } from './own-account.ts'
import type { Client, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import type { Prove } from './second-factor.ts'
import { continuedSession, ownSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'

/**
 * Proves again who the user is, and replaces the session: the former tokens are refused from then on. An account with a factor
 * proves that; one without proves its password; one with neither logs in again. Only this moves `auth_time`. RFC 9470, ASVS 7.5.1.
 * Refuses with `invalid_request` for the password of an account with a factor, with `too_many_attempts` or `wrong_password`, with
 * the refusal of the proof, or with `unauthorized` if the session or the account has changed.
 */
export async function reauthenticate(
  ports: TokenPorts &
    Pick<Ports, 'users' | 'sessions' | 'passwords' | 'sessionOpenings' | 'rateLimiter' | 'events'>,
  principal: Principal,
  { client, ...proof }: { client: Client } & ({ password: string } | { prove: Prove }),
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  const { id: userId } = account

  // 1. Check the proof that the account can give.
  const now = ports.clock.now()
  const factor = 'prove' in proof ? await proof.prove(account) : undefined
  if ('password' in proof) {
    if (hasFactor(account)) {
      const message = 'is not enough, because the account has a second factor'
      throw new Refusal('invalid_request', { issues: [{ path: 'password', message }] })
    }
    if (account.passwordHash === '') throw new Refusal('wrong_password', { subject: { userId } })
    // The other proofs have budgets of their own, or need none: guesses of the password must not use up theirs.
    await ports.rateLimiter.take('passwordPerUser', userId)
    await checkPassword(ports, account, proof.password)
  }

  // 2. One transaction uses up the proof, ends the former session and opens its successor.
  // A password alone is one proof, also in a session that had two before its user removed the factor.
  const proven = factor
    ? { amr: [...new Set([...former.amr, ...factor.amr])], acr: 'aal2' as const }
    : { amr: ['pwd'], acr: 'aal1' as const }
  const session = continuedSession(ports, account, former, client, { authTime: now, ...proven })
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
