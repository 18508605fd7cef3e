import { engineStores } from '../../../tools/testing/engine.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { testServices } from '../../../tools/testing/test-services.ts'
import { ada, administrator, bearer, eve } from '../../../tools/testing/test-users.ts'

const ROUNDS = 5

/** Two administrators over the engine. Ada acts against Eve, who sends requests at the same time. */
async function started() {
  const services = testServices({ stores: await engineStores() })
  const api = gateway(services)
  const [first, second] = [await administrator(api, services, ada), await administrator(api, services, eve)]
  const asEve = { headers: bearer(second.login) }
  const against = (body: object) =>
    api('PATCH /users/{userId}', { headers: bearer(first.login), params: { userId: second.id }, body })
  return { services, api, id: second.id, asEve, against }
}

/** Repeats the work in 8 loops until the returned function is called. */
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

describe('an administrator who is being disabled', () => {
  it('cannot undo it, however many requests are in progress', async () => {
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

  it('keeps no token of a change of password just before or at the same time', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { services, api, id, asEve, against } = await started()
      const body = { currentPassword: eve.password, newPassword: eve.password, transport: 'body' }
      const issued: Parameters<typeof bearer>[0][] = []
      let succeed = () => {}
      const succeeded = new Promise<void>((resolve) => {
        succeed = resolve
      })
      const end = again(async () => {
        const answer = await api('PUT /users/me/password', { ...asEve, body })
        if (answer.status === 200) issued.push(answer)
        if (answer.status === 200) succeed()
      })
      // In some rounds the change comes just before, so that there are tokens to check. In the others the two race.
      if (round % 2 === 0) await succeeded
      expect(await against({ status: 'disabled' })).toMatchObject({ status: 200 })
      await end()
      expect(await services.users.findById(id)).toMatchObject({ status: 'disabled' })
      if (round % 2 === 0) expect(issued.length).toBeGreaterThan(0)
      for (const answer of issued) {
        expect(await api('GET /users/me', { headers: bearer(answer) })).toMatchObject({ status: 401 })
        const { refreshToken } = answer.body
        expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
      }
    }
  })
})

describe('two administrators who demote each other at once', () => {
  it('leave one administrator', async () => {
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
