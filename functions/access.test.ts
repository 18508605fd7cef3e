import { randomUUID } from 'node:crypto'
import { rolesOf } from '../lib/contract/contract.ts'
import { roles } from '../lib/domain/users.ts'
import { makeFixture, validRequest, validRequests } from '../tools/testing/fixtures.ts'
import { contractOf, gateway } from '../tools/testing/gateway.ts'
import { testServices } from '../tools/testing/test-services.ts'
import { bearer, logIn, signedUp, withRoles } from '../tools/testing/test-users.ts'

/** `contracts.test.ts` checks that these are all the routes there are. */
const routes = Object.keys(validRequests)

describe.each(routes)('%s', (route) => {
  it('needs an access token exactly where its contract says so', async () => {
    const fixture = await makeFixture()
    const { headers: _, ...request } = await validRequest(route, fixture)
    const { status } = await fixture.api(route, request)
    if ((await contractOf(route)).access === 'public') expect(status).toBeLessThan(400)
    else expect(status).toBe(401)
  })

  it.each(roles)('admits an access token of role %s exactly where its contract says so', async (role) => {
    // Without mail, no route asks for a verified email.
    const services = testServices({ policy: { sendsMail: false } })
    const api = gateway(services)
    const { id } = (await signedUp(api)).body.user
    if (role !== 'user') await withRoles(services.users, id, [role])
    const contract = await contractOf(route)
    // Nothing but access is checked: there are no such ids, and the body is empty.
    const params = { userId: randomUUID(), sessionId: randomUUID() }
    const { status } = await api(route, {
      params,
      ...(contract.body && { body: {} }),
      headers: bearer(await logIn(api)),
    })
    const admits = rolesOf(contract)?.includes(role) ?? true
    if (contract.access === 'public') expect(status).not.toBe(403)
    else if (admits) expect([401, 403]).not.toContain(status)
    else expect(status).toBe(403)
  })
})
