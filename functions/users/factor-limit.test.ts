import { authenticator } from '../../tools/testing/authenticator.ts'
import {
  asAdmin,
  asEve,
  authSessionOf,
  enrolled,
  enrolmentSessionOf,
  type Fixture,
  mailAfter,
  makeFixture,
  toEve,
  validRequest,
  verified,
  withPasskey,
} from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { limited } from '../../tools/testing/test-services.ts'
import { eve, mailTo } from '../../tools/testing/test-users.ts'
import { totpCode } from '../../tools/testing/totp-codes.ts'

const DAY = 86_400
const tooMany = { status: 429, body: { code: 'too_many_attempts' } }
/** The same account where the limit is `most` changes a day. */
const atMost = (fixture: Fixture, most: number): Fixture => ({
  ...fixture,
  api: gateway(limited(fixture.services, { factorChangesPerUser: { most, seconds: DAY } })),
})

describe('changes of the factors of an account', () => {
  it.each([
    'POST /users/me/totp/confirm',
    'DELETE /users/me/totp',
    'POST /users/me/passkeys',
    'DELETE /users/me/passkeys/{passkeyId}',
    'POST /users/me/recovery-codes',
    'POST /users/me/identities',
  ])('count for %s', async (route) => {
    const fixture = await makeFixture()
    const refused = await atMost(fixture, 0).api(route, await validRequest(route, fixture))
    expect(refused).toMatchObject(tooMany)
    expect([200, 201]).toContain((await fixture.api(route, await validRequest(route, fixture))).status)
  })

  it('share one limit: neither an app nor a passkey can be added and removed without end', async () => {
    const fixture = atMost(await makeFixture(), 20)
    await verified(fixture)
    const own = () => ({ ...asEve(fixture), body: { transport: 'body' } })
    for (let time = 0; time < 5; time++) {
      await enrolled(fixture)
      Object.assign(fixture.login, await fixture.api('DELETE /users/me/totp', own()))
      const { params } = await withPasskey(fixture)
      const removed = await fixture.api('DELETE /users/me/passkeys/{passkeyId}', { ...own(), params })
      expect(removed.status).toBe(200)
      Object.assign(fixture.login, removed)
    }
    const refused = await fixture.api(
      'POST /users/me/totp/confirm',
      await validRequest('POST /users/me/totp/confirm', fixture),
    )
    expect(refused).toMatchObject(tooMany)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('do not count while the proof is not fresh', async () => {
    const fixture = await makeFixture()
    const { code } = await enrolled(fixture)
    // The enrolment was the first.
    const two = atMost(fixture, 2)
    fixture.services.clock.advance(601)
    const remove = () => two.api('DELETE /users/me/totp', { ...asEve(fixture), body: {} })
    for (let time = 0; time < 3; time++)
      expect(await remove()).toMatchObject({ status: 401, body: { code: 'reauthentication_required' } })
    const proof = { ...asEve(fixture), body: { totp: code(), transport: 'body' } }
    Object.assign(fixture.login, await fixture.api('POST /auth/reauthenticate', proof))
    expect(await remove()).toMatchObject({ status: 200 })
  })
})

describe('a change that began with a fresh proof counts only once it is proven', () => {
  it.each([
    ['POST /users/me/identities', { code: 'x'.repeat(43), codeVerifier: 'y'.repeat(43) }],
    ['POST /users/me/totp/confirm', { code: '000000' }],
  ])('so a thief of an access token uses up nothing with %s', async (route, body) => {
    const fixture = await makeFixture()
    await verified(fixture)
    const once = atMost(fixture, 1)
    for (let time = 0; time < 3; time++)
      expect(await once.api(route, { ...asEve(fixture), body })).toMatchObject({
        status: 400,
        body: { code: 'invalid_code' },
      })
    expect([200, 201]).toContain((await once.api(route, await validRequest(route, fixture))).status)
  })
})

describe('an account that has used up its changes', () => {
  it('can unlink what a thief has linked', async () => {
    const fixture = await makeFixture()
    const route = 'DELETE /users/me/identities/{identityId}'
    const request = await validRequest(route, fixture)
    expect(await atMost(fixture, 0).api(route, request)).toMatchObject({ status: 200 })
  })

  it('can undo the first factor with the link of its mail', async () => {
    const fixture = await makeFixture()
    await enrolled(fixture)
    const { token } = mailTo(fixture.services, eve.email, 'first_factor_added')
    const undone = await atMost(fixture, 0).api('POST /auth/second-factor/undo', { body: { token } })
    expect(undone).toMatchObject({ status: 204 })
  })

  it('can set a new password, and log in with its factor', async () => {
    const fixture = await makeFixture()
    const { code } = await enrolled(fixture)
    const used = atMost(fixture, 0)
    const body = { authSession: await authSessionOf(used), totp: code() }
    expect(await used.api('POST /auth/second-factor', { body })).toMatchObject({ status: 200 })
    const { token } = await mailAfter(used, 'POST /auth/password/forgot', toEve)
    const reset = { token, newPassword: 'a lantern drifts past the harbour' }
    expect(await used.api('POST /auth/password/reset', { body: reset })).toMatchObject({ status: 204 })
  })

  it('loses its factors to an administrator who was asked', async () => {
    const fixture = await makeFixture()
    await enrolled(fixture)
    const { userId } = fixture
    const removed = await atMost(fixture, 0).api('DELETE /users/{userId}/factors', {
      ...asAdmin(fixture),
      params: { userId },
    })
    expect(removed).toMatchObject({ status: 204 })
  })

  it.each(['totp', 'passkey'])('adds the %s that a login asks for', async (factor) => {
    const used = atMost(await makeFixture(), 0)
    const authSession = await enrolmentSessionOf(used)
    await delivered(used.services)
    const route = (rest: string) => `POST /auth/second-factor/${factor}${rest}`
    const start = await used.api(route(factor === 'totp' ? '' : '/options'), { body: { authSession } })
    const proof =
      factor === 'totp'
        ? { code: totpCode(start.body.secret, used.services.clock.now()) }
        : { passkey: authenticator().create(start.body) }
    const added = await used.api(route(factor === 'totp' ? '/confirm' : ''), {
      body: { authSession, ...proof },
    })
    expect([200, 201]).toContain(added.status)
  })
})
