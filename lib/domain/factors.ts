import type { FactorName } from './factor-names.ts'
import type { Spent } from './factor-ports.ts'
import type { Account } from './users.ts'

/** A second proof that a factor has checked, and what it uses up. Each factor's own file makes one. */
export interface FactorProof {
  /** The methods that it adds to those of the first proof (RFC 8176). */
  readonly amr: readonly string[]
  readonly spends: Spent
  /** What follows once the proof has been used up. It never fails. */
  readonly afterUse?: () => Promise<void>
}

/** A factor that was added in this login. The transaction that adds it has used up its proof. */
export interface EnrolledFactor {
  readonly amr: readonly string[]
  readonly spends: 'enrolment'
}

/** The refusal of a proof that was used before, or whose factor is gone. */
export const refusalOfSpent = ({ spends }: FactorProof): 'invalid_passkey' | 'invalid_code' =>
  spends.type === 'passkey' ? 'invalid_passkey' : 'invalid_code'

/** Whether a second factor must be proven after the first proof. */
export const hasFactor = ({ factors }: Pick<Account, 'factors'>): boolean =>
  factors.totp || factors.passkeys > 0

/** The factors that an account can prove. Recovery codes come with the first factor and go with the last. */
export const provableFactors = (account: Pick<Account, 'factors'>): readonly FactorName[] => [
  ...(account.factors.totp ? (['totp'] as const) : []),
  ...(account.factors.passkeys > 0 ? (['passkey'] as const) : []),
  ...(hasFactor(account) ? (['recoveryCode'] as const) : []),
]

/** How many ways to log in without a mail an account has: its password, its passkeys and its linked provider accounts. */
export const waysIn = ({
  passwordHash,
  factors,
  identities,
}: Pick<Account, 'passwordHash' | 'factors' | 'identities'>): number =>
  (passwordHash === '' ? 0 : 1) + factors.passkeys + identities
