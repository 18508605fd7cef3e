import { engineStores } from '../../../tools/testing/engine.ts'
import { asAdmin, asEve, enrolled, makeFixture } from '../../../tools/testing/fixtures.ts'
import { gateway } from '../../../tools/testing/gateway.ts'

const grant = { roles: ['user', 'admin'] }

describe('the role admin and the last factor', () => {
  it('are never given and taken at once', async () => {
    const outcomes = new Set<string>()
    for (let round = 0; round < 10; round++) {
      const fixture = await makeFixture({ stores: await engineStores() })
      await enrolled(fixture)
      const { services, userId } = fixture
      const api = gateway({ ...services, policy: { ...services.policy, secondFactorFor: 'admin' } })
      const [granted, removed] = await Promise.all([
        api('PATCH /users/{userId}', { ...asAdmin(fixture), params: { userId }, body: grant }),
        api('DELETE /users/me/totp', { ...asEve(fixture), body: {} }),
      ])
      const account = await services.users.findById(userId)
      expect(account?.roles.includes('admin') && !account.factors.totp).toBe(false)
      outcomes.add(`${granted.status} ${removed.status}`)
    }
    // One of them is refused, whichever is first.
    for (const outcome of outcomes) expect(outcome).toMatch(/^(200 (401|409)|409 200)$/)
  })

  it('leave nothing to log in with, however many administrators reset the factors at once', async () => {
    const fixture = await makeFixture({ stores: await engineStores() })
    await enrolled(fixture)
    const { services, userId } = fixture
    const reset = () =>
      fixture.api('DELETE /users/{userId}/factors', { ...asAdmin(fixture), params: { userId } })
    const answers = await Promise.all(Array.from({ length: 4 }, reset))
    for (const { status } of answers) expect([204, 409]).toContain(status)
    const account = await services.users.findById(userId)
    expect(account).toMatchObject({ factors: { totp: false, passkeys: 0 }, passwordHash: '' })
    expect(await services.totps.find(userId)).toMatchObject({ totp: undefined, recoveryCodes: undefined })
  })
})
