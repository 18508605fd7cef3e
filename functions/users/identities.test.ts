import {
  type Fixture,
  linkCodeOfEve,
  linked,
  makeFixture,
  verified,
  withPasskey,
} from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { withIdentity } from '../../tools/testing/identities.ts'
import { newFlow } from '../../tools/testing/social-flows.ts'
import { codeFor, googleOf, logInWith } from '../../tools/testing/social-logins.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { bearer, eve, logIn } from '../../tools/testing/test-users.ts'

const google = googleOf(eve)
const github = googleOf(eve, { provider: 'github', issuer: 'https://github.com', subject: '7' })
const asEve = ({ login }: Pick<Fixture, 'login'>) => bearer(login)
const refused = (status: number, code: string) => ({ status, body: { code } })

const link = async (fixture: Fixture, identity = google) =>
  fixture.api('POST /users/me/identities', {
    headers: asEve(fixture),
    body: { ...(await linkCodeOfEve(fixture, identity)), transport: 'body' },
  })
const unlink = (fixture: Fixture, identityId: string, headers = asEve(fixture)) =>
  fixture.api('DELETE /users/me/identities/{identityId}', {
    headers,
    params: { identityId },
    body: { transport: 'body' },
  })
const withoutPassword = ({ services, userId }: Fixture) => {
  const account = services.tables.accounts.get(userId)
  if (account) services.tables.accounts.set(userId, { ...account, passwordHash: '' })
}

describe('rule 4: linking and unlinking in a session', () => {
  it('moves both versions: the caller goes on, every other session ends, and each is mailed', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    await delivered(fixture.services)
    const { api, services, other } = fixture
    const added = await link(fixture)
    expect(added).toMatchObject({ status: 201, body: { identity: { provider: 'google' } } })
    expect(added.body.identity).not.toHaveProperty('subject')
    expect((await api('GET /users/me', { headers: asEve(fixture) })).status).toBe(401)
    const { refreshToken } = other.body
    expect((await api('POST /auth/refresh', { body: { refreshToken } })).status).toBe(401)
    const removed = await unlink(fixture, added.body.identity.id, bearer(added))
    expect(removed.status).toBe(200)
    expect((await api('GET /users/me', { headers: bearer(added) })).status).toBe(401)
    const list = await api('GET /users/me/identities', { headers: bearer(removed) })
    expect(list.body).toEqual({ identities: [] })
    const kinds = (await delivered(services)).map(({ template }) => template.kind)
    expect(kinds).toEqual(['identity_linked', 'identity_unlinked'])
    expect((await logInWith(api, services, google)).body.code).toBe('link_required')
  })

  it('keeps the time of the last proof: a link makes no session fresh', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    fixture.services.clock.advance(700)
    const added = await link(fixture)
    expect(added.status).toBe(201)
    const late = await unlink(fixture, added.body.identity.id, bearer(added))
    expect(late).toMatchObject(refused(401, 'reauthentication_required'))
  })

  it('allows ten identities', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    const { services, userId } = fixture
    for (let many = 0; many < 9; many++) await withIdentity(services, userId)
    Object.assign(fixture.login, await logIn(fixture.api, 'body', eve))
    const tenth = await link(fixture)
    expect(tenth.status).toBe(201)
    Object.assign(fixture.login, tenth)
    expect(await link(fixture, github)).toMatchObject(refused(409, 'too_many_identities'))
    const begun = await fixture.api('POST /auth/social/{provider}/link', {
      params: { provider: 'github' },
      headers: bearer(fixture.login),
      body: newFlow(),
    })
    expect(begun).toMatchObject(refused(409, 'too_many_identities'))
  })

  it('links an identity to one of two people at once', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    const { api, services, admin } = fixture
    const account = services.tables.accounts.get(admin.id)
    if (account) services.tables.accounts.set(admin.id, { ...account, emailVerified: true })
    const owner = { userId: admin.id, sessionVersion: account?.sessionVersion ?? 0 }
    const body = await codeFor(services, google, { purpose: 'link', owner })
    const headers = bearer(admin.login)
    const answers = await Promise.all([link(fixture), api('POST /users/me/identities', { headers, body })])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    expect(services.tables.identities.size).toBe(1)
  })
})

describe('the last way in', () => {
  it('stays: no password, no passkey, one identity', async () => {
    const fixture = await makeFixture()
    const { identityId } = await linked(fixture)
    withoutPassword(fixture)
    expect(await unlink(fixture, identityId)).toMatchObject(refused(409, 'last_way_in'))
  })

  it('stays when two requests at once remove an identity and a passkey', async () => {
    const fixture = await makeFixture()
    const { params } = await withPasskey(fixture)
    const { identityId } = await linkedToo(fixture)
    withoutPassword(fixture)
    const passkey = () =>
      fixture.api('DELETE /users/me/passkeys/{passkeyId}', { headers: asEve(fixture), params, body: {} })
    const answers = await Promise.all([unlink(fixture, identityId), passkey()])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const { factors, identities } = fixture.services.tables.accounts.get(fixture.userId) ?? {}
    expect((factors?.passkeys ?? 0) + (identities ?? 0)).toBe(1)
  })

  it('stays when two requests at once remove the two identities, by the owner and an administrator', async () => {
    const fixture = await makeFixture()
    const { identityId } = await linked(fixture)
    const second = await withIdentity(fixture.services, fixture.userId, github)
    Object.assign(fixture.login, await logIn(fixture.api, 'body', eve))
    withoutPassword(fixture)
    const params = { userId: fixture.userId, identityId: second.id }
    const answers = await Promise.all([
      unlink(fixture, identityId),
      fixture.api('DELETE /users/{userId}/identities/{identityId}', {
        headers: bearer(fixture.admin.login),
        params,
      }),
    ])
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
    expect(fixture.services.tables.identities.size).toBe(1)
  })

  it('may be an identity for a passkey, and is none with a provider that was removed', async () => {
    for (const [providers, status] of [
      [[{ name: 'google', label: 'Google' }], 200],
      [[], 409],
    ] as const) {
      const fixture = await makeFixture()
      const { params } = await withPasskey(fixture)
      await linkedToo(fixture)
      withoutPassword(fixture)
      const { services } = fixture
      const api = gateway({ ...services, policy: { ...services.policy, providers } })
      const request = { headers: asEve(fixture), params, body: {} }
      expect((await api('DELETE /users/me/passkeys/{passkeyId}', request)).status).toBe(status)
    }
  })
})

/** Links an identity to Eve, who has a factor, without ending her session. */
async function linkedToo(fixture: Fixture): Promise<{ identityId: string }> {
  const added = await link(fixture)
  Object.assign(fixture.login, added)
  return { identityId: added.body.identity.id }
}

describe('rule 9: an export', () => {
  it('has the identities, with the ids at the provider and without its tokens', async () => {
    const fixture = await makeFixture()
    await linked(fixture, { ...google, sealedRefreshToken: 'sealed' })
    const answer = await fixture.api('GET /users/me/export', { headers: asEve(fixture) })
    const { issuer, subject } = google
    expect(answer.body.identities).toMatchObject([{ provider: 'google', issuer, subject }])
    expect(JSON.stringify(answer.body)).not.toContain('sealed')
  })
})

describe('rule 9: an administrator', () => {
  it('sees the identities of a user, without the ids and tokens of the provider, and unlinks them', async () => {
    const fixture = await makeFixture()
    const sealed = { ...google, sealedRefreshToken: 'sealed' }
    await withIdentity(fixture.services, fixture.userId, sealed)
    Object.assign(fixture.login, await logIn(fixture.api, 'body', eve))
    await delivered(fixture.services)
    const { api, userId } = fixture
    const headers = bearer(fixture.admin.login)
    const list = await api('GET /users/{userId}/identities', { headers, params: { userId } })
    expect(list.body.identities).toMatchObject([{ provider: 'google', accountName: eve.email }])
    expect(JSON.stringify(list.body)).not.toMatch(/sealed|subject|issuer/)
    const params = { userId, identityId: list.body.identities[0].id }
    const removed = await api('DELETE /users/{userId}/identities/{identityId}', { headers, params })
    expect(removed.status).toBe(204)
    expect((await api('GET /users/me', { headers: asEve(fixture) })).status).toBe(401)
    const mails = await delivered(fixture.services)
    expect(mails).toMatchObject([{ to: eve.email, template: { kind: 'identity_unlinked' } }])
    const again = await api('DELETE /users/{userId}/identities/{identityId}', { headers, params })
    expect(again).toMatchObject(refused(404, 'not_found'))
  })
})
