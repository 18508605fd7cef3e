import { newAccount } from '../../tools/testing/accounts.ts'
import { checkAdministratorsFactor, rolesAt } from './factor-policy.ts'
import { noFactors, type Role } from './users.ts'

const admin: readonly Role[] = ['user', 'admin']
const without = { ...newAccount(), roles: admin, factors: noFactors }
const check = (secondFactorFor: 'none' | 'admin' | 'all', change: object) => () =>
  checkAdministratorsFactor({ secondFactorFor }, { ...without, ...change })

describe('an administrator', () => {
  it.each(['admin', 'all'] as const)('must have a second factor under the policy %s', (policy) => {
    expect(check(policy, {})).toThrow('second_factor_missing')
    expect(check(policy, { factors: { totp: true, passkeys: 0 } })).not.toThrow()
    expect(check(policy, { factors: { totp: false, passkeys: 1 } })).not.toThrow()
    expect(check(policy, { roles: ['user'] })).not.toThrow()
  })

  it('needs none under the policy none', () => {
    expect(check('none', {})).not.toThrow()
  })
})

describe('the roles of an access token', () => {
  it.each(['admin', 'all'] as const)('lack admin at aal1 under the policy %s', (secondFactorFor) => {
    expect(rolesAt('aal1', { secondFactorFor }, admin)).toEqual({ roles: ['user'], withheldRoles: ['admin'] })
    expect(rolesAt('aal1', { secondFactorFor }, ['admin'])).toEqual({ roles: [], withheldRoles: ['admin'] })
  })

  it('are those of the account at aal2, or under the policy none', () => {
    const all = { roles: admin, withheldRoles: [] }
    expect(rolesAt('aal2', { secondFactorFor: 'all' }, admin)).toEqual(all)
    expect(rolesAt('aal1', { secondFactorFor: 'none' }, admin)).toEqual(all)
  })
})
