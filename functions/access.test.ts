import { randomUUID } from 'node:crypto'
import { rolesOf } from '../lib/contract/contract.ts'
import { roles } from '../lib/domain/users.ts'
import { isRoute, registry } from '../tools/generate/registry.ts'
import { gateway } from '../tools/testing/gateway.ts'
import { testServices } from '../tools/testing/test-services.ts'
import { ada, bearer, logIn, signedUp, withRoles } from '../tools/testing/test-users.ts'

/** A request that gets past nothing but the question of who may. */
const params = { userId: randomUUID(), sessionId: randomUUID() }

describe('who may call', () => {
  it('is what each contract says: nobody without a token, and of those with one, those with the role', async () => {
    const entries = (await registry()).filter(isRoute)
    const guarded = entries.filter(({ contract }) => contract.access !== 'public')
    expect(guarded.length).toBeGreaterThan(10)
    for (const { contract } of guarded) {
      const route = `${contract.method} ${contract.path}`
      for (const role of roles) {
        const services = testServices()
        const api = gateway(services)
        const { id } = (await signedUp(api)).body.user
        if (role !== 'user') await withRoles(services.users, id, [role])
        const request = { params, ...(contract.body && { body: {} }) }
        expect([route, (await api(route, request)).status]).toEqual([route, 401])

        const { status } = await api(route, { ...request, headers: bearer(await logIn(api, 'body', ada)) })
        const may = rolesOf(contract)?.includes(role) ?? true
        if (may) expect([route, role, [401, 403].includes(status)]).toEqual([route, role, false])
        else expect([route, role, status]).toEqual([route, role, 403])
      }
    }
  })
})
