import { randomUUID } from 'node:crypto'
import { route } from '../../../lib/lambda/route.ts'
import { withTotp } from '../../../tools/testing/enrolments.ts'
import { context, eventOf } from '../../../tools/testing/events.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { testServices } from '../../../tools/testing/test-services.ts'
import { bearer, eve, logIn, signedUp, withRoles } from '../../../tools/testing/test-users.ts'

const required = { code: 'second_factor_enrolment_required' }
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

/** Ada has the role admin, but no factor, as the first comer on a stage that has just got the policy. */
const started = async (secondFactorFor: 'none' | 'admin' | 'all' = 'admin') => {
  const services = testServices({ policy: { secondFactorFor } })
  const open = gateway({ ...services, policy: { ...services.policy, secondFactorFor: 'none' } })
  const api = gateway(services)
  const { id } = (await signedUp(open)).body.user as { id: string }
  await withRoles(services.users, id)
  const eveId = (await signedUp(open, eve)).body.user.id as string
  return { services, api, open, id, eveId }
}

describe('SECOND_FACTOR_FOR=admin', () => {
  it('issues a token without the role admin after a password alone, and says which role it withheld', async () => {
    const { api } = await started()
    const login = await logIn(api)
    expect(login.status).toBe(200)
    const claims = { acr: 'aal1', roles: ['user'], withheld_roles: ['admin'] }
    expect(claimsOf(login.body.accessToken)).toMatchObject(claims)
    const next = await api('POST /auth/refresh', { body: { refreshToken: login.body.refreshToken } })
    expect(claimsOf(next.body.accessToken)).toMatchObject(claims)
  })

  it('answers such a token at every route for administrators with what is missing', async () => {
    const { api, eveId } = await started()
    const headers = bearer(await logIn(api))
    const params = { userId: eveId }
    for (const route of ['GET /users', 'GET /users/{userId}', 'DELETE /users/{userId}'])
      expect(await api(route, { headers, params })).toMatchObject({ status: 403, body: required })
    const grant = { headers, params: { userId: eveId }, body: { roles: ['user', 'admin'] } }
    expect(await api('PATCH /users/{userId}', grant)).toMatchObject({ status: 403, body: required })
    expect((await api('GET /users/me', { headers })).status).toBe(200)
  })

  it('still answers a user without the role with forbidden', async () => {
    const { api } = await started()
    const login = await logIn(api, 'body', eve)
    expect(claimsOf(login.body.accessToken)).not.toHaveProperty('withheld_roles')
    const answer = await api('GET /users', { headers: bearer(login) })
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  it('gives the role to a session with a second factor', async () => {
    const { services, api } = await started()
    const { login } = await withTotp(api, services)
    expect(claimsOf(login.body.accessToken)).toMatchObject({ acr: 'aal2', roles: ['user', 'admin'] })
    expect(claimsOf(login.body.accessToken)).not.toHaveProperty('withheld_roles')
    expect((await api('GET /users', { headers: bearer(login) })).status).toBe(200)
  })

  it('admits by another role that the route allows, and never by a withheld one', async () => {
    const { services } = await started()
    const contract = {
      method: 'GET',
      operationId: 'forEither',
      path: '/either',
      access: ['user', 'admin'],
      summary: '',
      responses: { 204: null },
    } as const
    const handler = route(contract, {}, async ({ reply }) => reply(204)).over(services)
    const principal = {
      userId: randomUUID(),
      sessionId: randomUUID(),
      claimsVersion: 1,
      expiresAt: services.clock.now() + 60,
      authTime: services.clock.now(),
      acr: 'aal1',
      withheldRoles: ['admin'],
    }
    const statusFor = async (roles: readonly string[]) =>
      (await handler(eventOf('GET /either', {}, { ...principal, roles }), context())).statusCode
    expect(await statusFor(['user'])).toBe(204)
    expect(await statusFor([])).toBe(403)
  })

  it('lets an administrator do nothing more with the tokens of a policy that asked for nothing', async () => {
    const { api, open } = await started()
    const before = await logIn(open)
    const next = await api('POST /auth/refresh', { body: { refreshToken: before.body.refreshToken } })
    expect(await api('GET /users', { headers: bearer(next) })).toMatchObject({ status: 403, body: required })
  })
})

describe('SECOND_FACTOR_FOR=none', () => {
  it('withholds nothing', async () => {
    const { api } = await started('none')
    const login = await logIn(api)
    expect(claimsOf(login.body.accessToken)).toMatchObject({ acr: 'aal1', roles: ['user', 'admin'] })
    expect((await api('GET /users', { headers: bearer(login) })).status).toBe(200)
  })
})

describe.each(['admin', 'all'] as const)('the role admin under SECOND_FACTOR_FOR=%s', (policy) => {
  const grant = async (target: 'with' | 'without') => {
    const { services, api, open, eveId } = await started(policy)
    const headers = bearer((await withTotp(open, services)).login)
    if (target === 'with') await withTotp(open, services, eve)
    const body = { roles: ['user', 'admin'], name: 'Eva' }
    const answer = await api('PATCH /users/{userId}', { headers, params: { userId: eveId }, body })
    return { answer, account: services.tables.accounts.get(eveId), services, open, headers, eveId }
  }

  it('is given to an account with a factor', async () => {
    const { answer, account } = await grant('with')
    expect(answer.status).toBe(200)
    expect(account?.roles).toEqual(['user', 'admin'])
  })

  it('is given to no account without one, and nothing else of the change is made', async () => {
    const { answer, account } = await grant('without')
    expect(answer).toMatchObject({ status: 409, body: { code: 'second_factor_missing' } })
    expect(account).toMatchObject({ roles: ['user'], name: eve.name })
  })

  it('is not given to an account that loses its factor at the same time', async () => {
    const { services, open, headers, eveId } = await grant('without')
    await withTotp(open, services, eve)
    const account = services.tables.accounts.get(eveId)
    if (!account) throw new Error('Eve has no account')
    const findById = async (userId: string) => {
      const found = await services.users.findById(userId)
      // Between this read and the write.
      if (found?.id === eveId && found.claimsVersion === account.claimsVersion)
        await services.users.change(account, {
          factors: { totp: false, passkeys: 0 },
          factorWrites: { totp: 'removed', recoveryCodes: 'removed' },
          endsSessions: true,
          deniedUntil: 0,
        })
      return found
    }
    const late = gateway({ ...services, users: { ...services.users, findById } })
    const body = { roles: ['user', 'admin'] }
    const answer = await late('PATCH /users/{userId}', { headers, params: { userId: eveId }, body })
    expect(answer).toMatchObject({ status: 409, body: { code: 'second_factor_missing' } })
    expect(services.tables.accounts.get(eveId)?.roles).toEqual(['user'])
  })
})
