import type { Contract } from '../lib/contract/contract.ts'
import { userTables } from '../lib/domain/user-data.ts'
import { isRoute, registry } from '../tools/generate/registry.ts'
import { capturedLog } from '../tools/testing/captured-log.ts'
import {
  asAdmin,
  asEve,
  type Fixture,
  mailAfter,
  makeFixture,
  toEve,
  validRequest,
  validRequests,
  verified,
} from '../tools/testing/fixtures.ts'
import { contractOf, gateway } from '../tools/testing/gateway.ts'
import { delivered } from '../tools/testing/test-mail.ts'
import { eve, logIn, mailTo } from '../tools/testing/test-users.ts'

type Line = Record<string, unknown>
/** The lines that a request logs, without those of the fixture. */
async function linesOf(fixture: Fixture, run: () => Promise<unknown>): Promise<readonly Line[]> {
  const { entries } = await capturedLog(async () => {
    await run()
    await delivered(fixture.services)
  })
  return entries
}

/** The event of each route of an administrator. */
const eventsOfAdministrators: Record<string, string> = {
  'GET /users': 'user.read',
  'GET /users/{userId}': 'user.read',
  'GET /users/{userId}/sessions': 'user.read',
  'PATCH /users/{userId}': 'user.disabled',
  'DELETE /users/{userId}': 'user.deleted',
  'DELETE /users/{userId}/sessions': 'session.all_revoked',
  'DELETE /users/{userId}/factors': 'factor.reset',
  'GET /users/{userId}/identities': 'user.read',
  'DELETE /users/{userId}/identities/{identityId}': 'identity.unlinked',
  'POST /users/{userId}/password-reset': 'password.reset_started',
}

describe('the event of an administrator’s request', () => {
  it('is known for every route that needs a role', async () => {
    const routes = (await registry())
      .filter(isRoute)
      .filter(({ contract }) => contract.access !== 'public' && contract.access !== 'user')
      .map(({ contract }) => `${contract.method} ${contract.path}`)
    expect(Object.keys(eventsOfAdministrators).sort()).toEqual(routes.sort())
  })

  it.each(Object.entries(eventsOfAdministrators))(
    'at %s is %s, with actor and subject',
    async (route, type) => {
      const fixture = await makeFixture()
      const request = await validRequest(route, fixture)
      const lines = await linesOf(fixture, () => fixture.api(route, request))
      const subject = route === 'GET /users' ? {} : { userId: fixture.userId }
      expect(lines).toContainEqual(expect.objectContaining({ type, actor: fixture.admin.id, ...subject }))
    },
  )

  it('names the user that a search by email found, and none if it found none', async () => {
    const fixture = await makeFixture()
    const search = (email: string) => fixture.api('GET /users', { ...asAdmin(fixture), query: { email } })
    const found = await linesOf(fixture, () => search(eve.email))
    expect(found).toMatchObject([
      { type: 'user.read', route: 'GET /users', actor: fixture.admin.id, userId: fixture.userId },
    ])
    const missed = await linesOf(fixture, () => search('unknown@example.com'))
    expect(missed).toMatchObject([{ type: 'user.read', route: 'GET /users', actor: fixture.admin.id }])
    expect(missed[0]).not.toHaveProperty('userId')
    expect(JSON.stringify([found, missed])).not.toContain('@')
  })

  it('is written for a new name, alone or with a role, and not for the same name', async () => {
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

describe('the event of a user’s request about the own account', () => {
  it.each([
    ['PATCH /users/me', 'user.renamed'],
    ['GET /users/me/export', 'user.exported'],
    ['DELETE /users/me', 'user.deleted'],
    ['DELETE /users/me/sessions', 'session.revoked'],
    ['DELETE /users/me/sessions/{sessionId}', 'session.revoked'],
    ['PUT /users/me/password', 'password.changed'],
    ['PUT /users/me/email', 'email.change_requested'],
    ['POST /users/me/identities', 'identity.linked'],
    ['DELETE /users/me/identities/{identityId}', 'identity.unlinked'],
  ])('at %s is %s, and actor and subject are the user', async (route, type) => {
    const fixture = await makeFixture()
    const request = await validRequest(route, fixture)
    const lines = await linesOf(fixture, () => fixture.api(route, request))
    const line = { type, actor: fixture.userId, userId: fixture.userId }
    expect(lines).toContainEqual(expect.objectContaining(line))
  })
})

describe('a voided password leaves an event with the reason', () => {
  const voided = (fixture: Fixture, reason: string, actor: string) =>
    expect.objectContaining({ type: 'password.voided', userId: fixture.userId, reason, actor })

  it('of a second sign-up, as the mail function finds it', async () => {
    const fixture = await makeFixture()
    const policy = { ...fixture.services.policy, requireVerifiedEmail: true }
    const api = gateway({ ...fixture.services, policy })
    const again = { ...eve, password: 'quite another lantern drifts' }
    const lines = await linesOf(fixture, () => api('POST /auth/signup', { body: again }))
    expect(lines).toContainEqual(voided(fixture, 'second_sign_up', 'system'))
  })

  it('of the first proof of the email, a login by email', async () => {
    const fixture = await makeFixture()
    const { token } = await mailAfter(fixture, 'POST /auth/email-login', toEve)
    const lines = await linesOf(fixture, () =>
      fixture.api('POST /auth/email-login/redeem', { body: { token } }),
    )
    expect(lines).toContainEqual(voided(fixture, 'first_proof', 'anonymous'))
  })

  it('of an undone change of email', async () => {
    const fixture = await makeFixture()
    const request = await validRequest('POST /auth/email/undo', fixture)
    const lines = await linesOf(fixture, () => fixture.api('POST /auth/email/undo', request))
    expect(lines).toContainEqual(voided(fixture, 'email_change_undone', 'anonymous'))
  })
})

describe('the deletion of an account', () => {
  const byItself = (fixture: Fixture) => fixture.api('DELETE /users/me', asEve(fixture))
  const byAdmin = (fixture: Fixture) =>
    fixture.api('DELETE /users/{userId}', { ...asAdmin(fixture), params: { userId: fixture.userId } })

  it.each([
    ['its owner', 'owner', byItself],
    ['an administrator', 'administrator', byAdmin],
  ] as const)('by %s is mailed to the verified address', async (_, by, remove) => {
    const fixture = await makeFixture()
    await verified(fixture)
    await delivered(fixture.services)
    const at = fixture.services.clock.now()
    expect(await remove(fixture)).toMatchObject({ status: 204 })
    expect(await delivered(fixture.services)).toEqual([
      { to: eve.email, template: { kind: 'account_deleted', at, by }, locale: 'en' },
    ])
  })

  it.each([
    ['the user', 'owner', byItself],
    ['an administrator', 'administrator', byAdmin],
  ] as const)(
    'by %s is mailed to the former address too, for the 7 days in which the change can be undone',
    async (_, by, remove) => {
      for (const days of [6, 7]) {
        const fixture = await makeFixture()
        await verified(fixture)
        // A thief with the password changes the email and then deletes the account.
        const body = { newEmail: 'thief@example.com' }
        await fixture.api('PUT /users/me/email', { ...asEve(fixture), body })
        await delivered(fixture.services)
        const { token } = mailTo(fixture.services, body.newEmail, 'verify_new_email')
        await fixture.api('POST /auth/email/verify', { body: { token } })
        await delivered(fixture.services)
        fixture.services.clock.advance(days * 86_400)
        const login = await logIn(fixture.api, 'body', { ...eve, email: body.newEmail })
        const admin = { ...fixture.admin, login: await logIn(fixture.api) }
        await delivered(fixture.services)
        const at = fixture.services.clock.now()
        expect(await remove({ ...fixture, login, admin })).toMatchObject({ status: 204 })
        const template = { kind: 'account_deleted', at, by }
        const former = days === 6 ? [{ to: eve.email, template, locale: 'en' }] : []
        expect(await delivered(fixture.services)).toEqual([
          { to: body.newEmail, template, locale: 'en' },
          ...former,
        ])
      }
    },
  )

  it('is mailed to no unverified address', async () => {
    const fixture = await makeFixture()
    expect(await byItself(fixture)).toMatchObject({ status: 204 })
    expect(await delivered(fixture.services)).toEqual([])
  })
})

describe('every line of the log about a request', () => {
  /** Routes whose valid request logs nothing. */
  const silent: readonly string[] = [
    'GET /',
    'GET /health',
    'GET /openapi.json',
    'GET /.well-known/jwks.json',
    'GET /.well-known/openid-configuration',
    'POST /auth/refresh',
    'GET /users/me',
    'GET /users/me/sessions',
    'GET /users/me/factors',
    'GET /auth/methods',
    'GET /users/me/identities',
    // These change nothing until they are confirmed.
    'POST /users/me/totp',
    'POST /auth/second-factor/totp',
    'POST /auth/second-factor/passkey/options',
    'POST /auth/finish-sign-up/passkey/options',
    'POST /users/me/passkeys/options',
    'POST /auth/passkey/options',
    'GET /auth/social/{provider}',
    'GET /auth/social/{provider}/callback',
    'POST /auth/social/{provider}/callback',
    'POST /auth/social/{provider}/reauthenticate',
    'POST /auth/social/{provider}/link',
  ]

  /** Whether the events of a route are up to its author. */
  const usesOnlyUserData = async (route: string) => {
    const { needs = [] }: Contract = await contractOf(route)
    return needs.length > 0 && needs.every((need) => userTables.some((table) => need.startsWith(`${table}:`)))
  }

  it.each(Object.keys(validRequests))(
    'of %s names a user, anonymous or system as actor, and no email',
    async (route) => {
      const fixture = await makeFixture()
      const request = await validRequest(route, fixture)
      const lines = await linesOf(fixture, () => fixture.api(route, request))
      const ofRequest = lines.filter(({ requestId }) => requestId)
      if (!(await usesOnlyUserData(route))) expect(ofRequest.length === 0).toBe(silent.includes(route))
      for (const { actor } of ofRequest) expect(actor).toMatch(/^([\da-f-]{36}|anonymous|system)$/)
      expect(JSON.stringify(lines)).not.toContain('@')
    },
  )
})
