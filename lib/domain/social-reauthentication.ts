import { checkProvesNoMore } from './email-reauthentication.ts'
import { identityIdOf } from './identity-ids.ts'
import { isOwner } from './link-sessions.ts'
import type { Ports } from './ports.ts'
import type { FreshProof, ProveAgain } from './reauthentication.ts'
import { Refusal } from './refusal.ts'
import { SOCIAL_AMR } from './social-login.ts'
import { type RedeemedCode, takeResult } from './social-results.ts'

/**
 * Proves a linked provider account of a user who has nothing else. The flow began in a session of this user and asked for a new login;
 * the ID token's `auth_time` says whether there was one (OpenID Connect Core 3.1.2.1).
 * Refuses with `invalid_request` or `invalid_code`.
 */
export const provesProvider =
  (
    ports: Pick<Ports, 'social' | 'policy' | 'identities' | 'lifetimes' | 'clock'>,
    code: RedeemedCode,
  ): ProveAgain =>
  async (account): Promise<FreshProof> => {
    checkProvesNoMore(account, 'social')
    const refused = () => new Refusal('invalid_code', { subject: { userId: account.id } })
    const { identity, owner } = await takeResult(ports, code, 'reauthentication')
    if (!owner || !isOwner(owner, account)) throw refused()
    const linked = await ports.identities.find(identityIdOf(identity))
    if (linked.identity?.userId !== account.id) throw refused()
    const now = ports.clock.now()
    const { authTime = 0 } = identity
    if (now - authTime > ports.lifetimes.freshSeconds) throw refused()
    return { amr: SOCIAL_AMR, authTime: Math.min(authTime, now) }
  }
