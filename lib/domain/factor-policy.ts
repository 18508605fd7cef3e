import type { Level } from './assurance.ts'
import { hasFactor } from './factors.ts'
import type { Policy } from './policy.ts'
import { Refusal } from './refusal.ts'
import type { Account, Role } from './users.ts'

type FactorPolicy = Pick<Policy, 'secondFactorFor'>

/**
 * Refuses with `second_factor_missing` if an account as it will be after a change is an administrator without a second factor.
 * With the policy `none` it may be. The change must be conditioned on the claims version, so that this account is the current one.
 */
export function checkAdministratorsFactor(
  { secondFactorFor }: FactorPolicy,
  { id: userId, roles, factors }: Pick<Account, 'id' | 'roles' | 'factors'>,
): void {
  if (secondFactorFor !== 'none' && roles.includes('admin') && !hasFactor({ factors }))
    throw new Refusal('second_factor_missing', { subject: { userId } })
}

/**
 * Whether a session of one proof must end, because its account needs two: it has a factor now, or the policy asks for one. Checked
 * wherever a session continues.
 */
export const lacksFactor = (
  { acr }: { readonly acr: Level },
  { secondFactorFor }: FactorPolicy,
  account: Pick<Account, 'factors'>,
): boolean => acr === 'aal1' && (hasFactor(account) || secondFactorFor === 'all')

/** The roles of an access token, and those that its session lacks a second factor for. */
export function rolesAt(
  acr: Level,
  { secondFactorFor }: FactorPolicy,
  roles: readonly Role[],
): { readonly roles: readonly Role[]; readonly withheldRoles: readonly Role[] } {
  const isWithheld = (role: Role) => role === 'admin' && acr === 'aal1' && secondFactorFor !== 'none'
  return {
    roles: roles.filter((role) => !isWithheld(role)),
    withheldRoles: roles.filter(isWithheld),
  }
}
