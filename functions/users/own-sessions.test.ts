import { randomUUID } from 'node:crypto'
import { gateway } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, eve, logIn, signedUp } from '../../tools/testing/test-users.ts'

const withTwoSessions = async () => {
  const services = testServices()
  const api = gateway(services)
  await signedUp(api)
  const phone = await logIn(api)
  services.clock.advance(100)
  const computer = await logIn(api)
  const sessionsOf = async (login: typeof phone) =>
    (await api('GET /users/me/sessions', { headers: bearer(login) })).body.sessions
  return { services, api, phone, computer, sessionsOf }
}

describe('GET /users/me/sessions', () => {
  it('lists the caller’s sessions, the last used first, and marks the current one', async () => {
    const { sessionsOf, phone } = await withTwoSessions()
    expect(await sessionsOf(phone)).toEqual([
      {
        id: expect.any(String),
        createdAt: '2027-01-15T08:01:40.000Z',
        lastUsedAt: '2027-01-15T08:01:40.000Z',
        client: { userAgent: 'a test', ip: '198.51.100.7' },
        current: false,
      },
      expect.objectContaining({ createdAt: '2027-01-15T08:00:00.000Z', current: true }),
    ])
  })

  it('omits sessions that a change of password ended, though their items still exist', async () => {
    const { services, api, computer, sessionsOf } = await withTwoSessions()
    const body = { currentPassword: ada.password, newPassword: 'a new and longer password' }
    const changed = await api('PUT /users/me/password', { headers: bearer(computer), body })
    expect(await sessionsOf(changed)).toMatchObject([{ current: true }])
    expect(services.tables.sessions.size).toBe(2)
  })

  it('omits expired sessions, though their items still exist, and those of other users', async () => {
    const { services, api, sessionsOf } = await withTwoSessions()
    await signedUp(api, eve)
    const other = await logIn(api, 'body', eve)
    expect(await sessionsOf(other)).toHaveLength(1)
    services.clock.advance(15 * 86_400)
    expect(await sessionsOf(await logIn(api))).toHaveLength(1)
    expect(services.tables.sessions.size).toBe(4)
  })
})

describe('DELETE /users/me/sessions/{sessionId}', () => {
  it('ends that session at once, and no other', async () => {
    const { api, phone, computer, sessionsOf } = await withTwoSessions()
    const [, { id: sessionId }] = await sessionsOf(computer)
    const end = () =>
      api('DELETE /users/me/sessions/{sessionId}', { headers: bearer(computer), params: { sessionId } })
    expect(await end()).toMatchObject({ status: 204, cookies: [] })
    expect(await api('GET /users/me', { headers: bearer(phone) })).toMatchObject({ status: 401 })
    expect(await api('GET /users/me', { headers: bearer(computer) })).toMatchObject({ status: 200 })
    expect(await end()).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  it('ends the current session, and clears its cookie', async () => {
    const { api, computer, sessionsOf } = await withTwoSessions()
    const [{ id: sessionId, current }] = (await sessionsOf(computer)).filter((each: any) => each.current)
    const request = { headers: bearer(computer), params: { sessionId: sessionId.toUpperCase() } }
    expect(current).toBe(true)
    expect(await api('DELETE /users/me/sessions/{sessionId}', request)).toMatchObject({
      status: 204,
      cookies: ['__Host-cardea_refresh=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict'],
    })
    expect(await api('GET /users/me', { headers: bearer(computer) })).toMatchObject({ status: 401 })
  })

  it('accepts the id in upper case', async () => {
    const { api, phone, computer, sessionsOf } = await withTwoSessions()
    const [, { id }] = await sessionsOf(computer)
    const request = { headers: bearer(computer), params: { sessionId: id.toUpperCase() } }
    expect(await api('DELETE /users/me/sessions/{sessionId}', request)).toMatchObject({ status: 204 })
    expect(await api('GET /users/me', { headers: bearer(phone) })).toMatchObject({ status: 401 })
  })

  it('answers 404 for a session of another user, an unknown id and a malformed id, and ends nothing', async () => {
    const { services, api, phone } = await withTwoSessions()
    await signedUp(api, eve)
    const other = await logIn(api, 'body', eve)
    const foreign =
      [...services.tables.sessions.values()].find(({ userId }) => userId === other.body.user.id)?.id ?? ''
    for (const sessionId of [foreign, randomUUID(), 'me', '', '../x', "' OR 1=1", '__proto__']) {
      const answer = await api('DELETE /users/me/sessions/{sessionId}', {
        headers: bearer(phone),
        params: { sessionId },
      })
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
    expect(await api('GET /users/me', { headers: bearer(other) })).toMatchObject({ status: 200 })
  })
})

describe('an access token', () => {
  it('expires no later than its session, idle time included, so that every live session is listed', async () => {
    const services = testServices({ lifetimes: { sessionIdleSeconds: 300, accessTokenSeconds: 900 } })
    const api = gateway(services)
    await signedUp(api)
    const phone = await logIn(api)
    expect(phone.body).toMatchObject({ expiresIn: 300 })
    services.clock.advance(200)
    const refreshed = await api('POST /auth/refresh', { body: { refreshToken: phone.body.refreshToken } })
    expect(refreshed.body).toMatchObject({ expiresIn: 300 })
    // A retry of a lost answer gets the remaining time, not a new lifetime.
    services.clock.advance(50)
    const retried = await api('POST /auth/refresh', { body: { refreshToken: phone.body.refreshToken } })
    expect(retried.body).toMatchObject({ expiresIn: 250 })
    services.clock.advance(249)
    const computer = await logIn(api)
    expect(await api('DELETE /users/me/sessions', { headers: bearer(computer) })).toMatchObject({
      status: 204,
    })
    for (const each of [phone, refreshed, retried])
      expect(await api('GET /users/me', { headers: bearer(each) })).toMatchObject({ status: 401 })
    expect(services.tables.sessions.size).toBe(1)
  })
})

describe('DELETE /users/me/sessions', () => {
  it('ends all sessions but the current one', async () => {
    const { api, phone, computer } = await withTwoSessions()
    expect(await api('DELETE /users/me/sessions', { headers: bearer(computer) })).toMatchObject({
      status: 204,
      cookies: [],
    })
    expect(await api('GET /users/me', { headers: bearer(phone) })).toMatchObject({ status: 401 })
    expect(await api('GET /users/me', { headers: bearer(computer) })).toMatchObject({ status: 200 })
  })

  it('with all=true ends the current session too, and clears its cookie', async () => {
    const { services, api, phone, computer } = await withTwoSessions()
    const answer = await api('DELETE /users/me/sessions', {
      headers: bearer(computer),
      query: { all: 'true' },
    })
    expect(answer).toMatchObject({ status: 204, cookies: [expect.stringContaining('Max-Age=0')] })
    for (const dead of [phone, computer]) {
      expect(await api('GET /users/me', { headers: bearer(dead) })).toMatchObject({ status: 401 })
      const { refreshToken } = dead.body
      expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    }
    expect(services.tables.sessions.size).toBe(0)
    expect(await logIn(api, 'body', ada)).toMatchObject({ status: 200 })
  })

  it.each<Record<string, string>>([
    { all: 'yes' },
    { all: '' },
    { everything: 'true' },
    { all: 'true,false' },
  ])('refuses an unknown query: %j', async (query) => {
    const { services, api, computer } = await withTwoSessions()
    const answer = await api('DELETE /users/me/sessions', { headers: bearer(computer), query })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(services.tables.sessions.size).toBe(2)
  })
})
