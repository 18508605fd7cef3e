import { registry } from '../lib/contract/registry.ts'
import { costOf, engineStores } from '../lib/testing/engine.ts'
import { gateway } from '../lib/testing/gateway.ts'
import { ada, bearer, logIn, signedUp } from '../lib/testing/people.ts'
import { world } from '../lib/testing/world.ts'

const started = async () => {
  const engine = await engineStores()
  const parts = world({ stores: engine })
  const api = gateway(parts)
  const refresh = (refreshToken: string) => api('POST /auth/refresh', { body: { refreshToken } })
  return { engine, parts, api, refresh, cost: (work: () => Promise<unknown>) => costOf(engine, work) }
}

describe('what a request costs in DynamoDB', () => {
  it('a login: the claim, the account, the session', async () => {
    const { api, cost } = await started()
    await signedUp(api)
    expect(await cost(() => logIn(api))).toEqual({
      calls: ['users:GetItem', 'users:GetItem', 'sessions:PutItem'],
      readUnits: 2,
      writeUnits: 1,
    })
  })

  it('a login with an unknown e-mail: the same reads', async () => {
    const { api, cost } = await started()
    const unknown = await cost(() => logIn(api, 'body', { ...ada, email: 'eve@example.com' }))
    expect(unknown).toEqual({ calls: ['users:GetItem', 'users:GetItem'], readUnits: 2, writeUnits: 0 })
  })

  it('a refresh: one write and one read, side by side', async () => {
    const { api, cost, refresh } = await started()
    await signedUp(api)
    const { refreshToken } = (await logIn(api)).body
    expect(await cost(() => refresh(refreshToken))).toEqual({
      calls: ['sessions:UpdateItem', 'users:BatchGetItem', 'refresh-token-denylist:BatchGetItem'],
      readUnits: 2,
      writeUnits: 1,
    })
  })

  it('an authorized request: one read before the door’s own', async () => {
    const { api, cost } = await started()
    await signedUp(api)
    const login = await logIn(api)
    expect(await cost(() => api('GET /users/me', { headers: bearer(login) }))).toEqual({
      calls: ['refresh-token-denylist:BatchGetItem', 'users:GetItem'],
      readUnits: 3,
      writeUnits: 0,
    })
  })
})

describe('what a contract says that its door needs', () => {
  it('is what the door calls, no more and no less', async () => {
    const { engine, parts, api, cost, refresh } = await started()
    const called: Record<string, string[]> = {}
    const during = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      let result: T | undefined
      const { calls } = await cost(async () => {
        result = await work()
      })
      called[name] = [...(called[name] ?? []), ...calls]
      return result as T
    }

    await during('authSignup', () => signedUp(api))
    await during('authLogin', () => logIn(api))
    const outdated = { ...parts.passwords, renew: parts.passwords.hash }
    const login = await during('authLogin', () => logIn(gateway({ ...parts, passwords: outdated })))
    const { refreshToken } = login.body
    const next = await during('authRefresh', () => refresh(refreshToken))
    await refresh(next.body.refreshToken)
    const reused = await during('authRefresh', () => refresh(refreshToken))
    expect(reused.body.code).toBe('refresh_token_reused')
    const other = await logIn(api)
    const subject = await parts.accessTokenVerifier.verify(other.body.accessToken, parts.clock.now())
    await during('authorizerAccessToken', async () => subject && engine.denylist.denies(subject))
    const me = await during('usersGetMe', () => engine.users.findById(other.body.user.id))
    expect(me?.email).toBe(ada.email)
    await during('authLogout', () =>
      api('POST /auth/logout', { body: { refreshToken: other.body.refreshToken } }),
    )

    for (const { name, contract } of await registry()) {
      expect([name, [...new Set(called[name])].sort()]).toEqual([name, [...(contract.needs ?? [])].sort()])
    }
  })
})
