import { randomUUID } from 'node:crypto'
import { capturedLog } from '../../../tools/testing/captured-log.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { testServices } from '../../../tools/testing/test-services.ts'
import {
  ada,
  administrator,
  bearer,
  eve,
  logIn,
  signedUp,
  withRoles,
} from '../../../tools/testing/test-users.ts'

/** Ada is the administrator, Eve a user. */
const started = async () => {
  const services = testServices()
  const api = gateway(services)
  const admin = await administrator(api, services)
  const { id } = (await signedUp(api, eve)).body.user as { id: string }
  const login = await logIn(api, 'body', eve)
  const asAdmin = { headers: bearer(admin.login) }
  const change = (body: object, userId = id) =>
    api('PATCH /users/{userId}', { ...asAdmin, params: { userId }, body })
  const me = (who = login) => api('GET /users/me', { headers: bearer(who) })
  return { services, api, admin, asAdmin, id, login, change, me }
}

describe('an administrator’s route', () => {
  it.each([
    'GET /users/{userId}',
    'GET /users/{userId}/sessions',
    'PATCH /users/{userId}',
    'DELETE /users/{userId}',
  ])('answers 404 for an unknown or malformed id: %s', async (route) => {
    const { api, asAdmin } = await started()
    const body = route.startsWith('PATCH') && { body: { name: 'Eve' } }
    for (const userId of [randomUUID(), 'all', '', 'me ', '__proto__', "' OR 1=1"]) {
      const request = { ...asAdmin, params: { userId }, ...body }
      expect(await api(route, request)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
  })

  it('answers 403 for everyone else before it reads the body', async () => {
    const { api, id, login } = await started()
    const headers = bearer(login)
    for (const body of ['{', 'x'.repeat(11_000), '{}']) {
      const answer = await api('PATCH /users/{userId}', { headers, params: { userId: id }, body })
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    }
  })

  it('answers 403 for everyone else before it reads the id', async () => {
    const { api, id, login } = await started()
    for (const userId of [id, randomUUID(), 'no id']) {
      const answer = await api('GET /users/{userId}', { headers: bearer(login), params: { userId } })
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    }
  })

  it('logs what was done, to whom, and by whom', async () => {
    const { change, id, admin } = await started()
    const { entries } = await capturedLog(() => change({ status: 'disabled' }))
    expect(entries).toMatchObject([
      { type: 'user.disabled', userId: id, actor: admin.id, ip: '198.51.100.7' },
    ])
  })

  it('logs who was refused', async () => {
    const { api, login } = await started()
    const { entries } = await capturedLog(() => api('GET /users', { headers: bearer(login) }))
    expect(entries).toMatchObject([{ type: 'access.denied', reason: 'forbidden', route: 'GET /users' }])
  })
})

describe('GET /users/{userId}', () => {
  it('answers a user with the status, without the hash', async () => {
    const { api, asAdmin, id, login } = await started()
    const answer = await api('GET /users/{userId}', { ...asAdmin, params: { userId: id } })
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    // The index of users, which cannot be changed, has no language.
    const { locale, ...identity } = login.body.user
    const factors = { totp: false, passkeys: 0 }
    expect(answer.body).toEqual({ ...identity, status: 'active', factors })
  })
})

describe('PATCH /users/{userId}', () => {
  it('adds roles, in force on the next request and the next refresh', async () => {
    const { api, login, change, me } = await started()
    const answer = await change({ roles: ['user', 'admin'] })
    expect(answer).toMatchObject({ status: 200, body: { roles: ['user', 'admin'] } })
    expect(await me()).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    const refreshed = await api('POST /auth/refresh', { body: { refreshToken } })
    expect(refreshed).toMatchObject({ status: 200, body: { user: { roles: ['user', 'admin'] } } })
    expect(await api('GET /users', { headers: bearer(refreshed) })).toMatchObject({ status: 200 })
  })

  it('removes roles: the old access token is 401, the next one 403', async () => {
    const { services, api, id, change } = await started()
    await withRoles(services.users, id)
    const login = await logIn(api, 'body', eve)
    expect(await api('GET /users', { headers: bearer(login) })).toMatchObject({ status: 200 })
    await change({ roles: ['user'] })
    expect(await api('GET /users', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    const refreshed = await api('POST /auth/refresh', { body: { refreshToken } })
    expect(await api('GET /users', { headers: bearer(refreshed) })).toMatchObject({ status: 403 })
  })

  it('disables a user: tokens, refresh and login are refused, and enabling revives no session', async () => {
    const { services, api, login, change, me } = await started()
    expect(await change({ status: 'disabled' })).toMatchObject({ status: 200, body: { status: 'disabled' } })
    const refresh = () => api('POST /auth/refresh', { body: { refreshToken: login.body.refreshToken } })
    expect(await me()).toMatchObject({ status: 401 })
    expect(await refresh()).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    expect(await logIn(api, 'body', eve)).toMatchObject({ status: 403, body: { code: 'account_disabled' } })

    expect(await change({ status: 'active' })).toMatchObject({ status: 200 })
    expect(await me()).toMatchObject({ status: 401 })
    expect(await refresh()).toMatchObject({ status: 401 })
    expect(await logIn(api, 'body', eve)).toMatchObject({ status: 200 })
    expect(
      [...services.tables.sessions.values()].filter(({ userId }) => userId === login.body.user.id),
    ).toHaveLength(1)
  })

  it('keeps access tokens valid when only the name changes', async () => {
    const { change, me } = await started()
    expect(await change({ name: 'Eve P.' })).toMatchObject({ status: 200, body: { name: 'Eve P.' } })
    expect(await me()).toMatchObject({ status: 200, body: { name: 'Eve P.' } })
  })

  it.each<[string, object]>([
    ['enable the own account', { status: 'active' }],
    ['add the own role again', { roles: ['user', 'admin'] }],
    ['do both', { roles: ['user', 'admin'], status: 'active' }],
  ])('is refused from an administrator who was just disabled and demoted, and cannot %s', async (_, body) => {
    const { services, id } = await started()
    await withRoles(services.users, id)
    const late = { headers: bearer(await logIn(gateway(services), 'body', eve)) }
    // The authorizer has admitted the request. Then another administrator disables the caller.
    const findById = async (userId: string) => {
      const account = await services.users.findById(userId)
      if (account?.status === 'active' && userId === id) {
        await services.users.change(account, {
          status: 'disabled',
          roles: ['user'],
          endsSessions: true,
          deniedUntil: 0,
        })
      }
      return services.users.findById(userId)
    }
    const api = gateway({ ...services, users: { ...services.users, findById } })
    expect(await api('PATCH /users/{userId}', { ...late, params: { userId: id }, body })).toMatchObject({
      status: 401,
    })
    expect(services.tables.accounts.get(id)).toMatchObject({ status: 'disabled', roles: ['user'] })
  })

  it('is refused from an administrator who was just demoted, also for other users', async () => {
    const { services, id, admin } = await started()
    await withRoles(services.users, id)
    const late = { headers: bearer(await logIn(gateway(services), 'body', eve)) }
    const findById = async (userId: string) => {
      const eves = services.tables.accounts.get(id)
      if (eves?.roles.includes('admin')) {
        await services.users.change(eves, { roles: ['user'], endsSessions: false, deniedUntil: 0 })
      }
      return services.users.findById(userId)
    }
    const api = gateway({ ...services, users: { ...services.users, findById } })
    const params = { userId: admin.id }
    for (const route of [
      'PATCH /users/{userId}',
      'DELETE /users/{userId}',
      'DELETE /users/{userId}/sessions',
    ]) {
      services.tables.revokedClaims.delete(id)
      const request = { ...late, params, ...(route.startsWith('PATCH') && { body: { status: 'disabled' } }) }
      expect([route, (await api(route, request)).status]).toEqual([route, 401])
    }
    expect(services.tables.accounts.get(admin.id)).toMatchObject({ status: 'active', sessionVersion: 1 })
  })

  it('changes everything or nothing', async () => {
    const { services, admin, change } = await started()
    const answer = await change({ name: 'New Name', roles: ['user'] }, admin.id)
    expect(answer).toMatchObject({ status: 409, body: { code: 'last_administrator' } })
    expect(services.tables.accounts.get(admin.id)?.name).toBe('Ada Lovelace')
  })

  it('changes nothing where the user already is as requested', async () => {
    const { services, id, change, me } = await started()
    expect(await change({ roles: ['user'], status: 'active' })).toMatchObject({ status: 200 })
    expect(services.tables.accounts.get(id)).toMatchObject({ claimsVersion: 1, sessionVersion: 1 })
    expect(await me()).toMatchObject({ status: 200 })
  })

  it.each<[object, string]>([
    [{}, 'body'],
    [{ roles: [] }, 'roles'],
    [{ roles: ['root'] }, 'roles.0'],
    [{ roles: ['user', 'user'] }, 'roles'],
    [{ roles: 'admin' }, 'roles'],
    [{ status: 'deleted' }, 'status'],
    [{ email: 'x@example.com' }, 'email'],
    [{ emailVerified: true }, 'emailVerified'],
    [{ password: 'x'.repeat(20) }, 'password'],
    [{ name: '' }, 'name'],
  ])('refuses %j', async (body, path) => {
    const { change } = await started()
    const answer = await change(body)
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path])
  })

  it('refuses to demote the last administrator or to disable the own account', async () => {
    const { services, id, admin, change } = await started()
    const refused = { status: 409, body: { code: 'last_administrator' } }
    expect(await change({ roles: ['user'] }, admin.id)).toMatchObject(refused)
    expect(await change({ status: 'disabled' }, admin.id)).toMatchObject({
      status: 409,
      body: { code: 'own_account' },
    })
    await withRoles(services.users, id)
    expect(await change({ status: 'disabled' }, admin.id)).toMatchObject({
      status: 409,
      body: { code: 'own_account' },
    })
    // A disabled administrator cannot act, and does not count as one.
    expect(await change({ status: 'disabled' })).toMatchObject({ status: 200 })
    expect(await change({ roles: ['user'] }, admin.id)).toMatchObject(refused)
    expect(await change({ status: 'active' })).toMatchObject({ status: 200 })
    expect(await change({ roles: ['user'] }, admin.id)).toMatchObject({ status: 200 })
  })

  it('loses none of many changes at once', async () => {
    const { services, id, change } = await started()
    const names = Array.from({ length: 10 }, (_, index) => `Eve ${index}`)
    const answers = await Promise.all([
      ...names.map((name) => change({ name })),
      change({ roles: ['user', 'admin'] }),
      change({ status: 'disabled' }),
    ])
    for (const { status } of answers) expect(status).toBe(200)
    const account = services.tables.accounts.get(id)
    expect(account).toMatchObject({ roles: ['user', 'admin'], status: 'disabled' })
    expect(names).toContain(account?.name)
  })

  it('answers 409 conflict when every retry loses', async () => {
    const { services, asAdmin, id } = await started()
    const losing = gateway({
      ...services,
      users: { ...services.users, change: async () => 'version_conflict' },
    })
    const answer = await losing('PATCH /users/{userId}', {
      ...asAdmin,
      params: { userId: id },
      body: { status: 'disabled' },
    })
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })
})

describe('DELETE /users/{userId}', () => {
  it('deletes a user, whose tokens are refused at once', async () => {
    const { services, api, asAdmin, id, me } = await started()
    expect(await api('DELETE /users/{userId}', { ...asAdmin, params: { userId: id } })).toMatchObject({
      status: 204,
    })
    expect(await me()).toMatchObject({ status: 401 })
    expect(services.tables.accounts.has(id)).toBe(false)
    await signedUp(api, eve)
  })

  it('refuses the own account, whose deletion needs a password', async () => {
    const { api, asAdmin, admin } = await started()
    const answer = await api('DELETE /users/{userId}', { ...asAdmin, params: { userId: admin.id } })
    expect(answer).toMatchObject({ status: 409, body: { code: 'own_account' } })
  })

  it('leaves one of two administrators who delete each other', async () => {
    const { services, api, id, admin, asAdmin } = await started()
    await withRoles(services.users, id)
    const other = { headers: bearer(await logIn(api, 'body', eve)) }
    const answers = await Promise.all([
      api('DELETE /users/{userId}', { ...asAdmin, params: { userId: id } }),
      api('DELETE /users/{userId}', { ...other, params: { userId: admin.id } }),
    ])
    // The other is the last one by then, or is already deleted.
    const [done, refused] = answers.map(({ status }) => status).sort()
    expect([done, [401, 409].includes(refused ?? 0)]).toEqual([204, true])
    expect(await services.users.administrators()).toHaveLength(1)
  })
})

describe('a login while an administrator ends all sessions', () => {
  it('keeps its session', async () => {
    const { services, api, asAdmin, id } = await started()
    let late: Awaited<ReturnType<typeof logIn>> | undefined
    const forgetBefore = async (userId: string, sessionVersion: number) => {
      late = await logIn(api, 'body', eve)
      return services.sessions.forgetBefore(userId, sessionVersion)
    }
    const slow = gateway({ ...services, sessions: { ...services.sessions, forgetBefore } })
    expect(
      await slow('DELETE /users/{userId}/sessions', { ...asAdmin, params: { userId: id } }),
    ).toMatchObject({ status: 204 })
    const { refreshToken } = late?.body ?? {}
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
    expect([...services.tables.sessions.values()].filter(({ userId }) => userId === id)).toHaveLength(1)
  })
})

describe('the sessions of a user', () => {
  it('are listed and ended by an administrator', async () => {
    const { api, asAdmin, id, me } = await started()
    const listed = await api('GET /users/{userId}/sessions', { ...asAdmin, params: { userId: id } })
    expect(listed).toMatchObject({ status: 200, body: { sessions: [{ current: false }] } })
    expect(
      await api('DELETE /users/{userId}/sessions', { ...asAdmin, params: { userId: id } }),
    ).toMatchObject({ status: 204 })
    expect(await me()).toMatchObject({ status: 401 })
    const empty = await api('GET /users/{userId}/sessions', { ...asAdmin, params: { userId: id } })
    expect(empty.body).toEqual({ sessions: [] })
  })
})

describe('GET /users', () => {
  it('answers pages, newest or oldest first, and says whether there are more', async () => {
    const { services, api, asAdmin } = await started()
    for (let index = 0; index < 5; index++) {
      services.clock.advance(1)
      await signedUp(api, { ...ada, email: `${index}@example.com` })
    }
    const pages = async (order: string) => {
      const emails: string[][] = []
      let cursor: string | null = ''
      do {
        const query: Record<string, string> = { limit: '3', order, ...(cursor && { cursor }) }
        const { status, body } = await api('GET /users', { ...asAdmin, query })
        expect(status).toBe(200)
        emails.push(body.users.map(({ email }: { email: string }) => email))
        cursor = body.nextCursor
      } while (cursor)
      return emails
    }
    const newest = await pages('desc')
    expect(newest.map(({ length }) => length)).toEqual([3, 3, 1])
    expect(newest.flat().slice(0, 5)).toEqual([4, 3, 2, 1, 0].map((index) => `${index}@example.com`))
    expect((await pages('asc')).flat()).toEqual(newest.flat().reverse())
    const all = await api('GET /users', asAdmin)
    expect(all.body).toMatchObject({ nextCursor: null })
    expect(all.body.users).toHaveLength(7)
    expect(JSON.stringify(all.body)).not.toMatch(/hash|\$2b/i)
  })

  it('finds a user by email in any spelling', async () => {
    const { api, asAdmin, id } = await started()
    const found = await api('GET /users', { ...asAdmin, query: { email: ' EVE@example.com' } })
    expect(found).toMatchObject({ status: 200, body: { users: [{ id }], nextCursor: null } })
    const none = await api('GET /users', { ...asAdmin, query: { email: 'unknown@example.com' } })
    expect(none.body).toEqual({ users: [], nextCursor: null })
  })

  it.each<[string, Record<string, string>]>([
    ['limit', { limit: '0' }],
    ['limit', { limit: '101' }],
    ['limit', { limit: '1e1' }],
    ['limit', { limit: '-1' }],
    ['limit', { limit: '' }],
    ['order', { order: 'random' }],
    ['email', { email: 'no email' }],
    ['cursor', { cursor: 'x' }],
    ['cursor', { cursor: '' }],
    ['page', { page: '2' }],
  ])('refuses an invalid %s: %j', async (path, query) => {
    const { api, asAdmin } = await started()
    expect(await api('GET /users', { ...asAdmin, query })).toMatchObject({
      status: 400,
      body: { errors: [{ path }] },
    })
  })

  it('refuses a cursor of another order, another administrator or another day, and any other token', async () => {
    const { services, api, asAdmin, id, login } = await started()
    const { nextCursor: cursor } = (await api('GET /users', { ...asAdmin, query: { limit: '1' } })).body
    expect(await api('GET /users', { ...asAdmin, query: { cursor } })).toMatchObject({ status: 200 })
    const refused = { status: 400, body: { errors: [{ path: 'cursor' }] } }
    expect(await api('GET /users', { ...asAdmin, query: { cursor, order: 'asc' } })).toMatchObject(refused)
    expect(await api('GET /users', { ...asAdmin, query: { cursor: login.body.refreshToken } })).toMatchObject(
      refused,
    )
    expect(
      await api('GET /users', { ...asAdmin, query: { cursor: `${cursor.slice(0, -4)}AAAA` } }),
    ).toMatchObject(refused)
    await withRoles(services.users, id)
    const other = { headers: bearer(await logIn(api, 'body', eve)) }
    expect(await api('GET /users', { ...other, query: { cursor } })).toMatchObject(refused)
    services.clock.advance(86_401)
    const later = { headers: bearer(await logIn(api)) }
    expect(await api('GET /users', { ...later, query: { cursor } })).toMatchObject(refused)
  })
})
