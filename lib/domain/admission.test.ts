import { newAccount } from '../../tools/testing/accounts.ts'
import { policy } from '../../tools/testing/test-services.ts'
import { admit } from './admission.ts'
import type { FactorProof } from './factors.ts'
import type { SecondFactorFor } from './policy.ts'
import { openSession } from './sessions.ts'

const proof = { amr: ['pwd'], client: { userAgent: '', ip: '203.0.113.1' } }

describe('the decision whether a session may be opened', () => {
  it('admits an active account, with the proof that was given', () => {
    const account = newAccount()
    expect(admit(policy, account, proof)).toEqual({ ...proof, account, acr: 'aal1', factor: undefined })
  })

  it('does not admit a disabled account', () => {
    expect(admit(policy, { ...newAccount(), status: 'disabled' }, proof)).toBe('account_disabled')
  })

  it.each([
    [true, 'email_not_verified'],
    [false, expect.objectContaining(proof)],
  ])('with REQUIRE_VERIFIED_EMAIL=%s gives an account without a verified email %j', (required, decision) => {
    const account = { ...newAccount(), emailVerified: false }
    expect(admit({ ...policy, requireVerifiedEmail: required }, account, proof)).toEqual(decision)
  })

  const factor: FactorProof = {
    amr: ['otp', 'mfa'],
    spends: { type: 'totp', enrolmentId: 'e', step: 1 },
  }

  it('asks for the second factor of an account that has one, whatever the first proof was', () => {
    for (const factors of [
      { totp: true, passkeys: 0 },
      { totp: false, passkeys: 1 },
    ]) {
      const account = newAccount({ factors })
      expect(admit(policy, account, proof)).toBe('second_factor_required')
      expect(admit(policy, account, { ...proof, amr: ['email'] })).toBe('second_factor_required')
      const amr = ['pwd', 'otp', 'mfa']
      expect(admit(policy, account, proof, factor)).toEqual({ ...proof, account, amr, acr: 'aal2', factor })
    }
  })

  it('asks for the enrolment of a factor only where the policy wants one of every account', () => {
    const decide = (secondFactorFor: SecondFactorFor) =>
      admit({ ...policy, secondFactorFor }, newAccount(), proof)
    expect(decide('all')).toBe('second_factor_enrolment_required')
    expect(decide('admin')).toMatchObject({ acr: 'aal1' })
  })

  it('does not ask a disabled account for its factor', () => {
    const account = newAccount({ status: 'disabled', factors: { totp: true, passkeys: 0 } })
    expect(admit(policy, account, proof)).toBe('account_disabled')
    expect(admit(policy, account, proof, factor)).toBe('account_disabled')
  })

  it('cannot be left out: a session for an account that was not admitted does not compile', () => {
    const notAdmitted = { account: newAccount(), acr: 'aal1' as const, factor: undefined, ...proof }
    const open = (services: Parameters<typeof openSession>[0]) =>
      // @ts-expect-error an account and a proof are no admission
      openSession(services, notAdmitted)
    expect(open).toBeInstanceOf(Function)
  })
})
