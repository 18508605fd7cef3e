import { userTables } from '../../lib/domain/user-data.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { unavailable } from '../../tools/testing/outages.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, administrator, bearer, cookieOf, eve, logIn, signedUp } from '../../tools/testing/test-users.ts'

const withAda = async () => {
  const services = testServices()
  const api = gateway(services)
  const { user } = (await signedUp(api)).body
  const login = await logIn(api)
  return { services, api, user, login, own: { headers: bearer(login) } }
}
const newPassword = 'a new and longer password'

describe('PATCH /users/me', () => {
  it('changes the name, and keeps the access token valid', async () => {
    const { api, own, user } = await withAda()
    const answer = await api('PATCH /users/me', { ...own, body: { name: ' Ada King ' } })
    expect(answer).toMatchObject({ status: 200, body: { ...user, name: 'Ada King' } })
    expect(await api('GET /users/me', own)).toMatchObject({ status: 200, body: { name: 'Ada King' } })
  })

  it.each(['roles', 'status', 'id', 'email', 'emailVerified', 'createdAt', 'passwordHash', 'claimsVersion'])(
    'refuses the field %s',
    async (field) => {
      const { services, api, own } = await withAda()
      const before = JSON.stringify([...services.tables.accounts])
      const answer = await api('PATCH /users/me', { ...own, body: { name: 'Ada King', [field]: 'admin' } })
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: field }] } })
      expect(JSON.stringify([...services.tables.accounts])).toBe(before)
    },
  )

  it('answers 400 for an empty change', async () => {
    const { api, own } = await withAda()
    expect(await api('PATCH /users/me', { ...own, body: {} })).toMatchObject({ status: 400 })
  })

  it('answers 401 for a deleted account, and creates none', async () => {
    const { services, api, own } = await withAda()
    services.tables.accounts.clear()
    expect(await api('PATCH /users/me', { ...own, body: { name: 'Ada' } })).toMatchObject({ status: 401 })
    expect(services.tables.accounts.size).toBe(0)
  })
})

describe('PUT /users/me/password', () => {
  it('ends every session, and opens a new one for the caller', async () => {
    const { services, api, login, own } = await withAda()
    const other = await logIn(api)
    const body = { currentPassword: ada.password, newPassword, transport: 'body' }
    const { result: answer, entries } = await capturedLog(() =>
      api('PUT /users/me/password', { ...own, body }),
    )
    expect(answer.status).toBe(200)
    expect(entries).toMatchObject([{ type: 'password.changed' }])

    for (const dead of [login, other]) {
      expect(await api('GET /users/me', { headers: bearer(dead) })).toMatchObject({ status: 401 })
      const { refreshToken } = dead.body
      const refused = await api('POST /auth/refresh', { body: { refreshToken } })
      expect(refused).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    }
    expect(await api('GET /users/me', { headers: bearer(answer) })).toMatchObject({ status: 200 })
    const { refreshToken } = answer.body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
    expect(await logIn(api)).toMatchObject({ status: 401 })
    expect(await logIn(api, 'body', { ...ada, password: newPassword })).toMatchObject({ status: 200 })
    expect([...services.tables.accounts.values()]).toMatchObject([{ claimsVersion: 2, sessionVersion: 2 }])
  })

  it('gives a browser its new refresh token as a cookie', async () => {
    const { api, own } = await withAda()
    const answer = await api('PUT /users/me/password', {
      ...own,
      body: { currentPassword: ada.password, newPassword },
    })
    expect(answer.body).not.toHaveProperty('refreshToken')
    expect(cookieOf(answer)).toMatch(/^__Host-cardea_refresh=/)
  })

  it('answers 403 for a wrong password, and ends nothing', async () => {
    const { services, api, own } = await withAda()
    const body = { currentPassword: 'wrong', newPassword }
    const { result, entries } = await capturedLog(() => api('PUT /users/me/password', { ...own, body }))
    expect(result).toMatchObject({ status: 403, body: { code: 'wrong_password' }, cookies: [] })
    expect(entries).toMatchObject([{ type: 'secret.refused', reason: 'wrong_password' }])
    expect(await api('GET /users/me', own)).toMatchObject({ status: 200 })
    expect(services.tables.sessions.size).toBe(1)
  })

  it('changes nothing without a signing key', async () => {
    const { services, api, own } = await withAda()
    const noKey = gateway({ ...services, accessTokenIssuer: { ready: unavailable, issue: unavailable } })
    const body = { currentPassword: ada.password, newPassword }
    const { result } = await capturedLog(() => noKey('PUT /users/me/password', { ...own, body }))
    expect(result).toMatchObject({ status: 503 })
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('answers 400 for a password that is too short', async () => {
    const { api, own } = await withAda()
    const body = { currentPassword: ada.password, newPassword: 'short' }
    expect(await api('PUT /users/me/password', { ...own, body })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'newPassword' }] },
    })
  })

  it('succeeds once of ten at once: the others are 401, 403 or 409', async () => {
    const { services, api, own } = await withAda()
    const change = (to: string) =>
      api('PUT /users/me/password', { ...own, body: { currentPassword: ada.password, newPassword: to } })
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => change(`${newPassword} ${index}`)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status } of answers) expect([200, 401, 403, 409]).toContain(status)
    expect([...services.tables.accounts.values()]).toMatchObject([{ claimsVersion: 2, sessionVersion: 2 }])
    expect(services.tables.sessions.size).toBe(1)
  })

  it('during a login leaves a session that ends at its first refresh', async () => {
    const { services, api, own } = await withAda()
    const findById = async (userId: string) => {
      const account = await services.users.findById(userId)
      await api('PUT /users/me/password', { ...own, body: { currentPassword: ada.password, newPassword } })
      return account
    }
    const late = await logIn(gateway({ ...services, users: { ...services.users, findById } }))
    expect(late.status).toBe(200)
    expect(await api('GET /users/me', { headers: bearer(late) })).toMatchObject({ status: 401 })
    const { refreshToken } = late.body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
  })
})

describe('a request in progress', () => {
  it('is refused when its account is disabled: no new password, no session, no deletion', async () => {
    const { services, user, own } = await withAda()
    const disabling = {
      ...services.users,
      findById: async (id: string) => {
        const account = await services.users.findById(id)
        if (account?.status === 'active') {
          await services.users.change(account, { status: 'disabled', endsSessions: true, deniedUntil: 0 })
        }
        return services.users.findById(id)
      },
    }
    const api = gateway({ ...services, users: disabling })
    const change = { currentPassword: ada.password, newPassword }
    expect(await api('PUT /users/me/password', { ...own, body: change })).toMatchObject({
      status: 401,
      cookies: [],
    })
    expect(services.tables.accounts.get(user.id)).toMatchObject({ status: 'disabled', sessionVersion: 2 })
    services.tables.revokedClaims.clear()
    const leave = await api('DELETE /users/me', own)
    expect(leave.status).toBe(401)
    expect(services.tables.accounts.size).toBe(1)
  })

  it('that changes the password is refused when its session ends meanwhile', async () => {
    const { services, own } = await withAda()
    const hash = async (password: string) => {
      services.tables.sessions.clear()
      return services.passwords.hash(password)
    }
    const api = gateway({ ...services, passwords: { ...services.passwords, hash } })
    const change = { currentPassword: ada.password, newPassword }
    const answer = await api('PUT /users/me/password', { ...own, body: change })
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(services.tables.sessions.size).toBe(0)
  })
})

describe('DELETE /users/me', () => {
  it('deletes account, reservation and sessions, refuses the tokens at once, and frees the email', async () => {
    const { services, api, login, own } = await withAda()
    await logIn(api)
    const answer = await api('DELETE /users/me', own)
    expect(answer).toMatchObject({ status: 204, cookies: [expect.stringContaining('Max-Age=0')] })
    const { accounts, reservations, sessions } = services.tables
    expect([accounts.size, reservations.size, sessions.size]).toEqual([0, 0, 0])
    expect(await api('GET /users/me', own)).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })

    await signedUp(api)
    expect(await api('GET /users/me', own)).toMatchObject({ status: 401 })
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('needs a fresh proof, and without one deletes nothing', async () => {
    const { services, api, own } = await withAda()
    services.clock.advance(601)
    const answer = await api('DELETE /users/me', own)
    expect(answer).toMatchObject({ status: 401, body: { code: 'reauthentication_required', maxAge: 600 } })
    expect(services.tables.accounts.size).toBe(1)
  })

  it('answers 409 for the last administrator, and deletes one of two', async () => {
    const services = testServices()
    const api = gateway(services)
    const first = await administrator(api, services)
    const leave = (login: Parameters<typeof bearer>[0]) => api('DELETE /users/me', { headers: bearer(login) })
    expect(await leave(first.login)).toMatchObject({ status: 409, body: { code: 'last_administrator' } })
    const second = await administrator(api, services, eve)
    expect(await leave(first.login)).toMatchObject({ status: 204 })
    expect(await leave(second.login)).toMatchObject({ status: 409, body: { code: 'last_administrator' } })
  })

  it('succeeds though the sessions cannot be deleted, and logs it', async () => {
    const { services, api, own } = await withAda()
    const forgetAll = () => Promise.reject(new Error('no answer'))
    const sessions = { ...services.sessions, forgetAll }
    const failing = gateway({ ...services, sessions })
    const { result, entries } = await capturedLog(() => failing('DELETE /users/me', own))
    expect(result.status).toBe(204)
    expect(entries.map(({ type }) => type)).toEqual(['user.deleted', 'session.left_to_expire'])
    expect(await api('GET /users/me', own)).toMatchObject({ status: 401 })
  })
})

describe('GET /users/me/export', () => {
  it('answers everything that is stored about the user, without the hash', async () => {
    const { services, api, user, own } = await withAda()
    const { status, body, headers } = await api('GET /users/me/export', own)
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    const [session] = [...services.tables.sessions.values()]
    expect(body).toEqual({
      exportedAt: '2027-01-15T08:00:00.000Z',
      factors: { password: true, passkeys: [] },
      identities: [],
      user: { ...user, status: 'active', devices: [expect.stringMatching(/^[\w-]{8}$/)] },
      sessions: [
        {
          id: session?.id,
          createdAt: '2027-01-15T08:00:00.000Z',
          lastUsedAt: '2027-01-15T08:00:00.000Z',
          client: { userAgent: 'a test', ip: '198.51.100.7' },
          current: true,
          idleExpiresAt: '2027-01-29T08:00:00.000Z',
          expiresAt: '2027-02-14T08:00:00.000Z',
          authTime: '2027-01-15T08:00:00.000Z',
          amr: ['pwd'],
          acr: 'aal1',
        },
      ],
      ...Object.fromEntries(userTables.map((table) => [table, []])),
    })
    // Stored attributes that are not exported are listed here, so that a new one is not forgotten.
    const hidden = [
      'userId',
      'sessionVersion',
      'generation',
      'rotatedAt',
      'rotatedBy',
      'refreshRate',
      'userAgent',
      'ip',
    ]
    const shown = Object.keys(body.sessions[0]).filter((key) => key !== 'client' && key !== 'current')
    expect([...shown, ...hidden].sort()).toEqual(Object.keys(session ?? {}).sort())
  })
})
