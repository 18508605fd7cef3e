import { enrolledFactors } from './factors.ts'
import type { Policy } from './policy.ts'
import type { Client } from './ports.ts'
import type { Account } from './users.ts'

/** How the user has just proven who they are, in the words of RFC 8176, and where the request came from. */
export interface FirstProof {
  readonly amr: readonly string[]
  readonly client: Client
}

declare const admitted: unique symbol
/** An account that may have a session now. Only `admit` makes one, so no session is opened without its checks. */
export interface Admission extends FirstProof {
  readonly account: Account
  readonly [admitted]: true
}

/**
 * Decides whether a session may be opened for an account after a first proof. Login by password, login by email, sign-up and
 * every later kind of login end here. Returns the reason if the account is not admitted.
 */
export function admit(
  { requireVerifiedEmail }: Policy,
  account: Account,
  proof: FirstProof,
): Admission | 'account_disabled' | 'email_not_verified' {
  // 1. The caller has checked the first proof.
  // 2. The account is active.
  if (account.status !== 'active') return 'account_disabled'
  // 3. The email is verified, where the policy asks for it.
  if (requireVerifiedEmail && !account.emailVerified) return 'email_not_verified'
  // 4. A second factor is proven, where the account has one. None can be proven yet.
  if (enrolledFactors(account).length > 0) throw new Error('This account has a second factor')
  return { ...proof, account } as Admission
}
