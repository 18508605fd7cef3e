import { isRoute, registry } from '../lib/contract/registry.ts'
import { costOf, engineStores } from '../lib/testing/engine.ts'
import { type Gateway, gateway } from '../lib/testing/gateway.ts'
import { ada, administrator, bearer, eve, logIn, signedUp } from '../lib/testing/people.ts'
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
    const unknown = await cost(() => logIn(api, 'body', eve))
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
    const { engine, parts } = await started()
    const called = new Map<string, Set<string>>()
    /** The gateway over some world, taking down what each route calls. */
    const recorded =
      (over: typeof parts): Gateway =>
      async (route, request) => {
        const answers: Awaited<ReturnType<Gateway>>[] = []
        const { calls } = await costOf(engine, async () => answers.push(await gateway(over)(route, request)))
        called.set(route, new Set([...(called.get(route) ?? []), ...calls]))
        if (!answers[0]) throw new Error(`${route} did not answer`)
        return answers[0]
      }
    const api = recorded(parts)

    // An account, and every way to refresh.
    const { user } = (await signedUp(api)).body
    await logIn(recorded({ ...parts, passwords: { ...parts.passwords, renew: parts.passwords.hash } }))
    const { refreshToken } = (await logIn(api)).body
    const next = await api('POST /auth/refresh', { body: { refreshToken } })
    await api('POST /auth/refresh', { body: { refreshToken: next.body.refreshToken } })
    const reused = await api('POST /auth/refresh', { body: { refreshToken } })
    expect(reused.body.code).toBe('refresh_token_reused')
    await api('POST /auth/logout', { body: { refreshToken: (await logIn(api)).body.refreshToken } })

    // One's own account and sessions.
    const own = { headers: bearer(await logIn(api)) }
    await api('GET /users/me', own)
    await api('PATCH /users/me', { ...own, body: { name: 'Ada King' } })
    await api('GET /users/me/export', own)
    const { sessions } = (await api('GET /users/me/sessions', own)).body
    const ended = sessions.find(({ current }: { current: boolean }) => !current)
    await api('DELETE /users/me/sessions/{sessionId}', { ...own, params: { sessionId: ended.id } })
    await logIn(api)
    await api('DELETE /users/me/sessions', own)
    const passwords = { currentPassword: ada.password, newPassword: ada.password, transport: 'body' }
    const changed = await api('PUT /users/me/password', { ...own, body: passwords })
    await api('DELETE /users/me/sessions', { headers: bearer(changed), query: { all: 'true' } })

    // Administration, by two who may.
    const first = await administrator(api, parts, eve)
    const second = await administrator(api, parts, { ...eve, email: 'mel@example.com' })
    const asAdmin = { headers: bearer(first.login) }
    const params = { userId: user.id }
    await api('GET /users', asAdmin)
    await api('GET /users', { ...asAdmin, query: { email: ada.email } })
    await api('GET /users/{userId}', { ...asAdmin, params })
    await logIn(api)
    await api('GET /users/{userId}/sessions', { ...asAdmin, params })
    await api('DELETE /users/{userId}/sessions', { ...asAdmin, params })
    await logIn(api)
    await api('PATCH /users/{userId}', {
      ...asAdmin,
      params,
      body: { roles: ['user', 'admin'], status: 'disabled' },
    })
    await api('PATCH /users/{userId}', { ...asAdmin, params, body: { status: 'active' } })
    await logIn(api)
    await api('DELETE /users/{userId}', { ...asAdmin, params })
    const body = { password: eve.password }
    expect(await api('DELETE /users/me', { headers: bearer(second.login), body })).toMatchObject({
      status: 204,
    })

    for (const { contract } of (await registry()).filter(isRoute)) {
      const route = `${contract.method} ${contract.path}`
      if (!contract.needs?.length) continue
      if (!called.has(route)) throw new Error(`costs.engine.test.ts does not call ${route}`)
      const calls = new Set(called.get(route))
      // The authorizer's own, made in front of the door.
      if (contract.access !== 'public') {
        expect([route, calls.delete('refresh-token-denylist:BatchGetItem')]).toEqual([route, true])
      }
      expect([route, [...calls].sort()]).toEqual([route, [...(contract.needs ?? [])].sort()])
    }
  })
})
