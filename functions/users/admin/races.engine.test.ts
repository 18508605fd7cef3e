import { engineStores } from '../../../tools/testing/engine.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { ada, administrator, bearer, eve } from '../../../tools/testing/people.ts'
import { world } from '../../../tools/testing/world.ts'

const ROUNDS = 5

/** Two administrators over the engine; Ada acts against Eve, who tries to be quicker. */
async function started() {
  const parts = world({ stores: await engineStores() })
  const api = gateway(parts)
  const [first, second] = [await administrator(api, parts, ada), await administrator(api, parts, eve)]
  const asEve = { headers: bearer(second.login) }
  const against = (body: object) =>
    api('PATCH /users/{userId}', { headers: bearer(first.login), params: { userId: second.id }, body })
  return { parts, api, id: second.id, asEve, against }
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
      const { parts, api, id, asEve, against } = await started()
      const body = { roles: ['user', 'admin'], status: 'active' }
      const end = again(() => api('PATCH /users/{userId}', { ...asEve, params: { userId: id }, body }))
      expect(await against({ status: 'disabled', roles: ['user'] })).toMatchObject({ status: 200 })
      await end()
      expect(await parts.users.findById(id)).toMatchObject({ status: 'disabled', roles: ['user'] })
      expect(await parts.users.administrators()).toHaveLength(1)
    }
  })

  it('gets no token out of a change of password that was under way', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { parts, api, id, asEve, against } = await started()
      const body = { currentPassword: eve.password, newPassword: eve.password, transport: 'body' }
      const granted: Parameters<typeof bearer>[0][] = []
      const end = again(async () => {
        const answer = await api('PUT /users/me/password', { ...asEve, body })
        if (answer.status === 200) granted.push(answer)
      })
      expect(await against({ status: 'disabled' })).toMatchObject({ status: 200 })
      await end()
      expect(await parts.users.findById(id)).toMatchObject({ status: 'disabled' })
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
      const parts = world({ stores: await engineStores() })
      const api = gateway(parts)
      const both = [await administrator(api, parts, ada), await administrator(api, parts, eve)]
      await Promise.all(
        both.map(({ login }, index) => {
          const params = { userId: both[1 - index]?.id ?? '' }
          return api('PATCH /users/{userId}', { headers: bearer(login), params, body: { roles: ['user'] } })
        }),
      )
      expect(await parts.users.administrators()).toHaveLength(1)
    }
  })
})
