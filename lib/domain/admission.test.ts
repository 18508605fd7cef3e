import { newAccount } from '../../tools/testing/accounts.ts'
import { policy, testServices } from '../../tools/testing/test-services.ts'
import { admit } from './admission.ts'
import { openSession } from './sessions.ts'

const proof = { amr: ['pwd'], client: { userAgent: '', ip: '203.0.113.1' } }

describe('the decision whether a session may be opened', () => {
  it('admits an active account, with the proof that was given', () => {
    const account = newAccount()
    expect(admit(policy, account, proof)).toEqual({ ...proof, account })
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

  it('cannot be left out: a session for an account that was not admitted does not compile', () => {
    // @ts-expect-error an account and a proof are no admission
    const open = () => openSession(testServices(), { account: newAccount(), ...proof })
    expect(open).toBeInstanceOf(Function)
  })
})
