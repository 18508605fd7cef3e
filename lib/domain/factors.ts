import type { Account } from './users.ts'

/** A second factor. Each factor has its own file and is listed in `factors`. */
export interface Factor {
  readonly name: string
  isEnrolled(account: Account): boolean
}

/** Cardea has no second factor yet. */
const factors: readonly Factor[] = []

/** The second factors that an account has, one of which must be proven after the first proof. */
export const enrolledFactors = (account: Account): readonly Factor[] =>
  factors.filter((factor) => factor.isEnrolled(account))
