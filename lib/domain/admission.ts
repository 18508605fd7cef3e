import type { Assurance } from './assurance.ts'
import { type EnrolledFactor, type FactorProof, hasFactor } from './factors.ts'
import type { Seconds } from './lifetimes.ts'
import type { Policy } from './policy.ts'
import type { Client } from './ports.ts'
import type { Account } from './users.ts'

/** How the user has just proven who they are, in the words of RFC 8176, and where the request came from. */
export interface FirstProof {
  readonly amr: readonly string[]
  readonly client: Client
  /** When it was made, if not just now: a provider remembers its users. */
  readonly authTime?: Seconds | undefined
}

declare const admitted: unique symbol
/** An account that may have a session now. Only `admit` makes one, so no session is opened without its checks. */
export interface Admission extends FirstProof, Pick<Assurance, 'acr'> {
  readonly account: Account
  /** The second proof, which the transaction that opens the session uses up. */
  readonly factor: FactorProof | EnrolledFactor | undefined
  readonly [admitted]: true
}

/** Why an account is not admitted. `auth-sessions.ts` makes the refusal. */
export type NotAdmitted =
  | 'account_disabled'
  | 'email_not_verified'
  | 'second_factor_required'
  | 'second_factor_enrolment_required'

/**
 * Decides whether a session may be opened for an account after a first proof, and after a second one if `factor` is given.
 * Every kind of login ends here. Returns the reason if the account is not admitted. A passkey is both proofs (NIST SP 800-63B-4
 * section 2.2: an authenticator that verifies its user).
 */
export function admit(
  { requireVerifiedEmail, secondFactorFor }: Pick<Policy, 'requireVerifiedEmail' | 'secondFactorFor'>,
  account: Account,
  proof: FirstProof,
  factor?: FactorProof | EnrolledFactor,
): Admission | NotAdmitted {
  // 1. The caller has checked the first proof.
  // 2. The account is active.
  if (account.status !== 'active') return 'account_disabled'
  // 3. The email is verified, where the policy asks for it.
  if (requireVerifiedEmail && !account.emailVerified) return 'email_not_verified'
  // 4. A second factor is proven, where the account has one. Where the policy asks for one, an account without one must add it.
  if (!factor && hasFactor(account)) return 'second_factor_required'
  if (!factor && secondFactorFor === 'all') return 'second_factor_enrolment_required'
  const amr = [...new Set([...proof.amr, ...(factor?.amr ?? [])])]
  const admission = {
    client: proof.client,
    account,
    amr,
    acr: factor ? 'aal2' : 'aal1',
    factor,
    // A second proof is always made now.
    ...(!factor && proof.authTime !== undefined && { authTime: proof.authTime }),
  } as const
  return admission as typeof admission & Pick<Admission, typeof admitted>
}
