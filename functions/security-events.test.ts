import { isRoute, registry } from '../tools/generate/registry.ts'
import { capturedLog } from '../tools/testing/captured-log.ts'
import {
  asAdmin,
  asEve,
  type Fixture,
  mailAfter,
  makeFixture,
  toEve,
  validRequests,
  verified,
} from '../tools/testing/fixtures.ts'
import { gateway } from '../tools/testing/gateway.ts'
import { delivered } from '../tools/testing/test-services.ts'
import { eve, logIn, mailTo } from '../tools/testing/test-users.ts'

type Line = Record<string, unknown>
/** The lines that a request leaves, once the scene stands. */
async function linesOf(fixture: Fixture, run: () => Promise<unknown>): Promise<readonly Line[]> {
  const { entries } = await capturedLog(async () => {
    await run()
    await delivered(fixture.services)
  })
  return entries
}

/** What an administrator's request leaves: who did it, and to whom. */
const rows: Record<string, string> = {
  'GET /users': 'user.read',
  'GET /users/{userId}': 'user.read',
  'GET /users/{userId}/sessions': 'user.read',
  'PATCH /users/{userId}': 'user.disabled',
  'DELETE /users/{userId}': 'user.deleted',
  'DELETE /users/{userId}/sessions': 'session.all_revoked',
  'POST /users/{userId}/password-reset': 'password.reset_started',
}

describe('what an administrator does', () => {
  it('leaves an event with actor and subject at every route that asks for a role', async () => {
    const routes = (await registry())
      .filter(isRoute)
      .filter(({ contract }) => contract.access !== 'public' && contract.access !== 'user')
      .map(({ contract }) => `${contract.method} ${contract.path}`)
    expect(Object.keys(rows).sort()).toEqual(routes.sort())
    for (const route of routes) {
      const fixture = await makeFixture()
      const request = await validRequests[route]?.(fixture)
      const lines = await linesOf(fixture, () => fixture.api(route, request))
      const subject = route === 'GET /users' ? {} : { userId: fixture.userId }
      expect([route, lines]).toEqual([
        route,
        expect.arrayContaining([
          expect.objectContaining({ type: rows[route], actor: fixture.admin.id, ...subject }),
        ]),
      ])
    }
  })

  it('leaves one event for each reading, and of a search by email whom it found', async () => {
    const fixture = await makeFixture()
    const search = (email: string) => fixture.api('GET /users', { ...asAdmin(fixture), query: { email } })
    const found = await linesOf(fixture, () => search(eve.email))
    expect(found).toMatchObject([
      { type: 'user.read', route: 'GET /users', actor: fixture.admin.id, userId: fixture.userId },
    ])
    const missed = await linesOf(fixture, () => search('nobody@example.com'))
    expect(missed).toMatchObject([{ type: 'user.read', route: 'GET /users', actor: fixture.admin.id }])
    expect(missed[0]).not.toHaveProperty('userId')
    expect(JSON.stringify([found, missed])).not.toContain('@')
  })

  it('leaves an event of a new name, alone or with a role', async () => {
    const fixture = await makeFixture()
    for (const body of [{ name: 'Evelyn' }, { name: 'Eva', roles: ['user', 'admin'] }]) {
      const request = { ...asAdmin(fixture), params: { userId: fixture.userId }, body }
      const lines = await linesOf(fixture, () => fixture.api('PATCH /users/{userId}', request))
      const renamed = { type: 'user.renamed', actor: fixture.admin.id, userId: fixture.userId }
      expect(lines).toContainEqual(expect.objectContaining(renamed))
    }
    const same = { ...asAdmin(fixture), params: { userId: fixture.userId }, body: { name: 'Eva' } }
    expect(await linesOf(fixture, () => fixture.api('PATCH /users/{userId}', same))).toEqual([])
  })
})

describe('what users do with their own account', () => {
  it.each([
    ['PATCH /users/me', 'user.renamed'],
    ['GET /users/me/export', 'user.exported'],
    ['DELETE /users/me', 'user.deleted'],
    ['DELETE /users/me/sessions', 'session.revoked'],
    ['DELETE /users/me/sessions/{sessionId}', 'session.revoked'],
    ['PUT /users/me/password', 'password.changed'],
    ['PUT /users/me/email', 'email.change_requested'],
  ])('at %s leaves %s, actor and subject the same', async (route, type) => {
    const fixture = await makeFixture()
    const request = await validRequests[route]?.(fixture)
    const lines = await linesOf(fixture, () => fixture.api(route, request))
    const line = { type, actor: fixture.userId, userId: fixture.userId }
    expect(lines).toContainEqual(expect.objectContaining(line))
  })
})

describe('a password that is voided leaves an event that says why', () => {
  const voided = (fixture: Fixture, reason: string, actor: string) =>
    expect.objectContaining({ type: 'password.voided', userId: fixture.userId, reason, actor })

  it('by a second sign-up, which the function that mails finds out', async () => {
    const fixture = await makeFixture()
    const policy = { ...fixture.services.policy, requireVerifiedEmail: true }
    const api = gateway({ ...fixture.services, policy })
    const again = { ...eve, password: 'quite another lantern drifts' }
    const lines = await linesOf(fixture, () => api('POST /auth/signup', { body: again }))
    expect(lines).toContainEqual(voided(fixture, 'second_sign_up', 'system'))
  })

  it('by the first proof of the email, a login by mail', async () => {
    const fixture = await makeFixture()
    const { token } = await mailAfter(fixture, 'POST /auth/email-login', toEve)
    const lines = await linesOf(fixture, () =>
      fixture.api('POST /auth/email-login/redeem', { body: { token } }),
    )
    expect(lines).toContainEqual(voided(fixture, 'first_proof', 'anonymous'))
  })

  it('by the undoing of a change of email', async () => {
    const fixture = await makeFixture()
    const request = await validRequests['POST /auth/email/undo']?.(fixture)
    const lines = await linesOf(fixture, () => fixture.api('POST /auth/email/undo', request))
    expect(lines).toContainEqual(voided(fixture, 'email_change_undone', 'anonymous'))
  })
})

describe('the deletion of an account', () => {
  const byItself = (fixture: Fixture) =>
    fixture.api('DELETE /users/me', { ...asEve(fixture), body: { password: eve.password } })
  const byAdmin = (fixture: Fixture) =>
    fixture.api('DELETE /users/{userId}', { ...asAdmin(fixture), params: { userId: fixture.userId } })

  it.each([
    ['its owner', 'owner', byItself],
    ['an administrator', 'administrator', byAdmin],
  ] as const)('by %s is told to the address that was confirmed', async (_, by, remove) => {
    const fixture = await makeFixture()
    await verified(fixture)
    await delivered(fixture.services)
    const at = fixture.services.clock.now()
    expect(await remove(fixture)).toMatchObject({ status: 204 })
    expect(await delivered(fixture.services)).toEqual([
      { to: eve.email, template: { kind: 'account_deleted', at, by } },
    ])
  })

  it.each([
    ['the user', 'owner', byItself],
    ['an administrator', 'administrator', byAdmin],
  ] as const)(
    'by %s is told to the former address too, while that could undo the change',
    async (_, by, remove) => {
      for (const days of [6, 7]) {
        const fixture = await makeFixture()
        await verified(fixture)
        // A thief who knows the password changes the email, and then deletes the account.
        const body = { newEmail: 'thief@example.com', password: eve.password }
        await fixture.api('PUT /users/me/email', { ...asEve(fixture), body })
        await delivered(fixture.services)
        const { token } = mailTo(fixture.services, body.newEmail, 'confirm_new_email')
        await fixture.api('POST /auth/email/verify', { body: { token } })
        await delivered(fixture.services)
        fixture.services.clock.advance(days * 86_400)
        const login = await logIn(fixture.api, 'body', { ...eve, email: body.newEmail })
        const admin = { ...fixture.admin, login: await logIn(fixture.api) }
        await delivered(fixture.services)
        const at = fixture.services.clock.now()
        expect(await remove({ ...fixture, login, admin })).toMatchObject({ status: 204 })
        const template = { kind: 'account_deleted', at, by }
        const former = days === 6 ? [{ to: eve.email, template }] : []
        expect(await delivered(fixture.services)).toEqual([{ to: body.newEmail, template }, ...former])
      }
    },
  )

  it('is told to nobody where the address was never confirmed', async () => {
    const fixture = await makeFixture()
    expect(await byItself(fixture)).toMatchObject({ status: 204 })
    expect(await delivered(fixture.services)).toEqual([])
  })
})

describe('every line of the log about a request', () => {
  it('names who did it, a user, anonymous or system, and never an address', async () => {
    for (const route of Object.keys(validRequests)) {
      const fixture = await makeFixture()
      const request = await validRequests[route]?.(fixture)
      const lines = await linesOf(fixture, () => fixture.api(route, request))
      for (const { type, actor, requestId } of lines) {
        if (!requestId) continue
        expect([route, type, actor]).toEqual([
          route,
          type,
          expect.stringMatching(/^([\da-f-]{36}|anonymous|system)$/),
        ])
      }
      expect([route, JSON.stringify(lines)]).toEqual([route, expect.not.stringContaining('@')])
    }
  })
})
