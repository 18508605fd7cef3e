import * as z from 'zod/mini'
import { isRoute, registry } from '../tools/generate/registry.ts'
import {
  asEve,
  authSessionOf,
  enrolled,
  type Fixture,
  makeFixture,
  validRequest,
  withPasskey,
} from '../tools/testing/fixtures.ts'
import { gateway, type TestAnswer } from '../tools/testing/gateway.ts'
import { eve, logIn } from '../tools/testing/test-users.ts'

/**
 * The gate of each route that issues tokens:
 * - `first proof`: a password or a mailed secret. An account with a factor gets no token.
 * - `factor`: a factor, or a passkey as both proofs.
 * - `session`: an access token or a refresh token of a session that may continue.
 */
const gates: Readonly<Record<string, 'first proof' | 'factor' | 'session'>> = {
  'POST /auth/signup': 'first proof',
  'POST /auth/login': 'first proof',
  'POST /auth/email-login/redeem': 'first proof',
  'POST /auth/email-login/code': 'first proof',
  'POST /auth/social/redeem': 'first proof',
  'POST /auth/social/link': 'first proof',
  'POST /auth/second-factor': 'factor',
  'POST /auth/second-factor/totp/confirm': 'factor',
  'POST /auth/second-factor/passkey': 'factor',
  'POST /auth/passkey/login': 'factor',
  'POST /auth/refresh': 'session',
  'POST /auth/reauthenticate': 'session',
  'PUT /users/me/password': 'session',
  'POST /users/me/totp/confirm': 'session',
  'DELETE /users/me/totp': 'session',
  'POST /users/me/recovery-codes': 'session',
  'POST /users/me/passkeys': 'session',
  'DELETE /users/me/passkeys/{passkeyId}': 'session',
  'POST /users/me/identities': 'session',
  'DELETE /users/me/identities/{identityId}': 'session',
}
const routesOf = (gate: string) => Object.keys(gates).filter((route) => gates[route] === gate)

/** The routes that prove a new factor, and so raise the level of the session. */
const raising = ['POST /users/me/totp/confirm', 'POST /users/me/passkeys']

const under = ({ services }: Fixture, secondFactorFor: 'none' | 'admin' | 'all') =>
  gateway({ ...services, policy: { ...services.policy, secondFactorFor } })

const idsOf = ({ services }: Fixture) => [...services.tables.sessions.keys()].sort()

/** Sends a request that must issue no token and open no session. */
async function refused(fixture: Fixture, ask: () => Promise<TestAnswer>): Promise<TestAnswer> {
  const before = idsOf(fixture)
  const answer = await ask()
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(JSON.stringify(answer.body)).not.toMatch(/accessToken|refreshToken/)
  expect(answer.cookies.filter((cookie) => !cookie.includes('Max-Age=0'))).toEqual([])
  expect(before).toEqual(expect.arrayContaining(idsOf(fixture)))
  return answer
}

const required = (code: string) => ({ status: 403, body: { code, authSession: expect.any(String) } })

describe('the routes whose answer has an access token', () => {
  it('each have a gate in this test', async () => {
    const issuing = (await registry())
      .filter(isRoute)
      .filter(({ contract }) =>
        Object.values(contract.responses).some(
          (schema) =>
            schema && JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).includes('"accessToken"'),
        ),
      )
      .map(({ contract }) => `${contract.method} ${contract.path}`)
    expect(issuing.sort()).toEqual(Object.keys(gates).sort())
  })
})

describe.each(routesOf('first proof'))('%s', (route) => {
  it.each(['none', 'admin', 'all'] as const)(
    'issues no token to an account with a factor, under SECOND_FACTOR_FOR=%s',
    async (policy) => {
      // A sign-up is for an account that does not exist yet.
      if (route === 'POST /auth/signup') return
      const fixture = await makeFixture()
      await enrolled(fixture)
      const request = await validRequest(route, fixture)
      const answer = await refused(fixture, () => under(fixture, policy)(route, request))
      expect(answer).toMatchObject(required('second_factor_required'))
    },
  )

  it('issues no token to an account without a factor under SECOND_FACTOR_FOR=all', async () => {
    const fixture = await makeFixture()
    const request = await validRequest(route, fixture)
    const api = under(fixture, 'all')
    const answer = await refused(fixture, () => api(route, request))
    expect(answer).toMatchObject(required('second_factor_enrolment_required'))
    // What the answer has is good for the enrolment alone.
    const body = { authSession: answer.body.authSession, recoveryCode: 'AAAA-AAAA-AAAA-AAAA' }
    const completed = await refused(fixture, () => api('POST /auth/second-factor', { body }))
    expect(completed.body.code).toBe('invalid_auth_session')
  })
})

describe.each(routesOf('session'))('%s', (route) => {
  it('issues no token without one', async () => {
    const fixture = await makeFixture()
    const { headers: _, ...request } = await validRequest(route, fixture)
    const body = route === 'POST /auth/refresh' ? {} : request.body
    const answer = await refused(fixture, () => fixture.api(route, { ...request, body }))
    expect(answer.status).toBe(401)
  })

  it('issues none in a session of one proof once the account has a factor', async () => {
    const fixture = await makeFixture()
    const before = await validRequest(route, fixture)
    const { services, userId } = fixture
    const account = await services.users.findById(userId)
    if (!account) throw new Error('Eve has no account')
    // The session itself stays, as one that another enrolment has not reached.
    const change = { factors: { totp: true, passkeys: 1 }, endsSessions: false, deniedUntil: 0 }
    await services.users.change(account, change)
    const answer = await refused(fixture, () => fixture.api(route, before))
    expect(answer.status).toBe(401)
  })

  it('raises the level of a session only if it proves a factor', async () => {
    const fixture = await makeFixture()
    const { services } = fixture
    const request = await validRequest(route, fixture)
    const earlier = new Set(idsOf(fixture))
    const levels = [...services.tables.sessions.values()].map(({ acr }) => acr)
    const { status } = await fixture.api(route, request)
    expect(status).toBeLessThan(300)
    const opened = [...services.tables.sessions.values()].filter(({ id }) => !earlier.has(id))
    for (const { acr } of opened) if (!raising.includes(route)) expect(levels).toContain(acr)
  })
})

describe.each(['POST /auth/reauthenticate', 'PUT /users/me/password'])('%s', (route) => {
  it('does not prolong a session of one proof under SECOND_FACTOR_FOR=all', async () => {
    const fixture = await makeFixture()
    const request = await validRequest(route, fixture)
    const account = fixture.services.tables.accounts.get(fixture.userId)
    const answer = await refused(fixture, () => under(fixture, 'all')(route, request))
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(fixture.services.tables.accounts.get(fixture.userId)).toBe(account)
  })
})

describe('POST /auth/refresh', () => {
  const refresh = ({ login }: Fixture) => ({ body: { refreshToken: login.body.refreshToken } })

  it('ends a session of one proof under SECOND_FACTOR_FOR=all, and continues one of two', async () => {
    const fixture = await makeFixture()
    const api = under(fixture, 'all')
    const answer = await refused(fixture, () => api('POST /auth/refresh', refresh(fixture)))
    expect(answer.body.code).toBe('session_ended')
    const other = await makeFixture()
    await enrolled(other)
    const continued = await under(other, 'all')('POST /auth/refresh', refresh(other))
    expect(continued.status).toBe(200)
  })

  it('ends a session of one proof once the account has a factor', async () => {
    const fixture = await makeFixture()
    const { accounts } = fixture.services.tables
    const account = accounts.get(fixture.userId)
    if (account) accounts.set(account.id, { ...account, factors: { totp: false, passkeys: 1 } })
    const answer = await refused(fixture, () => fixture.api('POST /auth/refresh', refresh(fixture)))
    expect(answer.body.code).toBe('session_ended')
  })

  it('copies the level, the methods and the time of the proof', async () => {
    const fixture = await makeFixture()
    await enrolled(fixture)
    const claimsOf = ({ body }: TestAnswer) => {
      const claims = JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
      return { acr: claims.acr, amr: claims.amr, auth_time: claims.auth_time }
    }
    const before = claimsOf(fixture.login)
    fixture.services.clock.advance(5000)
    expect(claimsOf(await fixture.api('POST /auth/refresh', refresh(fixture)))).toEqual(before)
  })
})

describe('a wrong factor', () => {
  it('issues no token at the second step', async () => {
    const fixture = await makeFixture()
    await enrolled(fixture)
    const authSession = await authSessionOf(fixture)
    for (const proof of [{ totp: '000000' }, { recoveryCode: 'AAAA-AAAA-AAAA-AAAA' }]) {
      const body = { authSession, ...proof }
      const answer = await refused(fixture, () => fixture.api('POST /auth/second-factor', { body }))
      expect(answer.body.code).toBe('invalid_code')
    }
  })

  it('cannot be added with the auth session of a second step, or with one that was superseded', async () => {
    const fixture = await makeFixture()
    await enrolled(fixture)
    const authSession = await authSessionOf(fixture)
    const api = under(fixture, 'all')
    const start = { body: { authSession } }
    const answers = [await refused(fixture, () => api('POST /auth/second-factor/totp', start))]
    const confirm = { body: { authSession, code: '000000' } }
    answers.push(await refused(fixture, () => api('POST /auth/second-factor/totp/confirm', confirm)))

    // The account gets its factor elsewhere, after the auth session for the enrolment was made.
    const other = await makeFixture()
    const request = await validRequest('POST /auth/second-factor/totp/confirm', other)
    await enrolled(other)
    const late = () => under(other, 'all')('POST /auth/second-factor/totp/confirm', request)
    answers.push(await refused(other, late))
    expect(answers.map(({ body }) => body.code)).toEqual(Array(3).fill('invalid_auth_session'))
  })

  it('issues no token for a passkey that answers another challenge', async () => {
    const fixture = await makeFixture()
    const { key } = await withPasskey(fixture)
    const { body: options } = await fixture.api('POST /auth/passkey/options')
    const passkey = key.get({ ...options, challenge: 'AAAA' })
    const answer = await refused(fixture, () =>
      fixture.api('POST /auth/passkey/login', { body: { passkey } }),
    )
    expect(answer.body.code).toBe('invalid_passkey')
  })

  it('is not replaced by the password at re-authentication', async () => {
    const fixture = await makeFixture()
    await enrolled(fixture)
    const request = { ...asEve(fixture), body: { password: eve.password } }
    const answer = await refused(fixture, () => fixture.api('POST /auth/reauthenticate', request))
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'password' }] })
    expect((await logIn(fixture.api, 'body', eve)).status).toBe(403)
  })
})
