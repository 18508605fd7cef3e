import { engineStores } from '../../../tools/testing/engine.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { testServices } from '../../../tools/testing/test-services.ts'
import { ada, administrator, bearer, eve } from '../../../tools/testing/test-users.ts'

const ROUNDS = 5

/** Two administrators over the engine; Ada acts against Eve, who tries to be quicker. */
async function started() {
  const services = testServices({ stores: await engineStores() })
  const api = gateway(services)
  const [first, second] = [await administrator(api, services, ada), await administrator(api, services, eve)]
  const asEve = { headers: bearer(second.login) }
  const against = (body: object) =>
    api('PATCH /users/{userId}', { headers: bearer(first.login), params: { userId: second.id }, body })
  return { services, api, id: second.id, asEve, against }
}

/** Does something again and again, several at once, until told to end. */
function again(work: () => Promise<unknown>) {
  let ended = false
  const loops = Array.from({ length: 8 }, async () => {
    while (!ended) await work()
  })
  return async () => {
    ended = true
    await Promise.all(loops)
  }
}

describe('an administrator who is disabled and demoted', () => {
  it('cannot undo it, however many requests are under way', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { services, api, id, asEve, against } = await started()
      const body = { roles: ['user', 'admin'], status: 'active' }
      const end = again(() => api('PATCH /users/{userId}', { ...asEve, params: { userId: id }, body }))
      expect(await against({ status: 'disabled', roles: ['user'] })).toMatchObject({ status: 200 })
      await end()
      expect(await services.users.findById(id)).toMatchObject({ status: 'disabled', roles: ['user'] })
      expect(await services.users.administrators()).toHaveLength(1)
    }
  })

  it('gets no token out of a change of password that was under way', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { services, api, id, asEve, against } = await started()
      const body = { currentPassword: eve.password, newPassword: eve.password, transport: 'body' }
      const granted: Parameters<typeof bearer>[0][] = []
      const end = again(async () => {
        const answer = await api('PUT /users/me/password', { ...asEve, body })
        if (answer.status === 200) granted.push(answer)
      })
      expect(await against({ status: 'disabled' })).toMatchObject({ status: 200 })
      await end()
      expect(await services.users.findById(id)).toMatchObject({ status: 'disabled' })
      for (const answer of granted) {
        expect(await api('GET /users/me', { headers: bearer(answer) })).toMatchObject({ status: 401 })
        const { refreshToken } = answer.body
        expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
      }
    }
  })
})

describe('two administrators who demote each other', () => {
  it('leave one', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const services = testServices({ stores: await engineStores() })
      const api = gateway(services)
      const both = [await administrator(api, services, ada), await administrator(api, services, eve)]
      await Promise.all(
        both.map(({ login }, index) => {
          const params = { userId: both[1 - index]?.id ?? '' }
          return api('PATCH /users/{userId}', { headers: bearer(login), params, body: { roles: ['user'] } })
        }),
      )
      expect(await services.users.administrators()).toHaveLength(1)
    }
  })
})
