import { newAccount } from '../../tools/testing/accounts.ts'
import { policy, testServices } from '../../tools/testing/test-services.ts'
import { lacksFactor } from '../domain/factor-policy.ts'
import { newSession } from '../domain/sessions.ts'
import { accountItem, accountOf } from './accounts.ts'
import { sessionItem, sessionOf } from './session-items.ts'

const client = { userAgent: 'a test', ip: '198.51.100.7' }
const session = newSession(testServices(), newAccount(), { amr: ['pwd', 'otp', 'mfa'], acr: 'aal2', client })

describe('the item of a session', () => {
  it('keeps its level and the time of its proof', () => {
    const proven = { ...session, authTime: session.createdAt + 60 }
    expect(sessionOf(sessionItem(proven))).toEqual(proven)
  })

  it('of an earlier version counts as one proof at its creation', () => {
    const { acr: _, authTime: __, ...earlier } = sessionItem({ ...session, amr: ['pwd'] })
    const read = sessionOf(earlier)
    expect(read).toEqual({ ...session, amr: ['pwd'], acr: 'aal1', authTime: session.createdAt })
    const account = { factors: { totp: true, passkeys: 0 } }
    expect(lacksFactor(read, policy, account)).toBe(true)
  })

  it('with another level is no session', () => {
    expect(() => sessionOf({ ...sessionItem(session), acr: 'aal3' })).toThrow('acr')
  })
})

describe('the item of an account', () => {
  it('has no factors if it is of an earlier version, and says nothing of factors if there are none', () => {
    const item = accountItem(newAccount())
    expect(item).not.toHaveProperty('factors')
    expect(accountOf(item).factors).toEqual({ totp: false, passkeys: 0 })
  })

  it('keeps its factors, and with damaged ones is no account', () => {
    const factors = { totp: true, passkeys: 2 }
    const item = accountItem(newAccount({ factors }))
    expect(accountOf(item).factors).toEqual(factors)
    for (const wrong of [true, {}, { totp: true }, { totp: 1, passkeys: 0 }])
      expect(() => accountOf({ ...item, factors: wrong })).toThrow('factors')
  })
})
