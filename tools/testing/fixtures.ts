import { identityIdOf } from '../../lib/domain/identity-ids.ts'
import { ownerOf } from '../../lib/domain/link-sessions.ts'
import { authenticator } from './authenticator.ts'
import { type Enrolled, enrolTotp } from './enrolments.ts'
import type { TestRequest } from './events.ts'
import { gateway } from './gateway.ts'
import { withIdentity } from './identities.ts'
import { atGoogle, begunFlow, codeAtGoogle, form, newFlow } from './social-flows.ts'
import { codeFor, googleOf, linkSessionFor } from './social-logins.ts'
import { delivered } from './test-mail.ts'
import { testServices } from './test-services.ts'
import { administrator, bearer, eve, logIn, sessionIdOf, signedUp } from './test-users.ts'
import { totpCode } from './totp-codes.ts'

/** Ada is an administrator, Eve a user with two sessions. Each fixture has services of its own. */
export async function makeFixture(change: Parameters<typeof testServices>[0] = {}) {
  const services = testServices(change)
  const api = gateway(services)
  const admin = await administrator(api, services)
  await signedUp(api, eve)
  const login = await logIn(api, 'body', eve)
  const other = await logIn(api, 'body', eve)
  await delivered(services)
  return {
    services,
    api,
    admin,
    login,
    other,
    userId: login.body.user.id as string,
    sessionId: sessionIdOf(login),
  }
}
export type Fixture = Awaited<ReturnType<typeof makeFixture>>

export const asAdmin = ({ admin }: Fixture) => ({ headers: bearer(admin.login) })
export const asEve = ({ login }: Fixture) => ({ headers: bearer(login) })
const aboutEve = (fixture: Fixture) => ({ ...asAdmin(fixture), params: { userId: fixture.userId } })
/** Eve verifies her email. That outdates her access tokens, so she logs in again. */
export async function verified(fixture: Fixture): Promise<void> {
  if ((await fixture.services.users.findById(fixture.userId))?.emailVerified) return
  await fixture.api('POST /auth/email/verify', await validRequest('POST /auth/email/verify', fixture))
  Object.assign(fixture.login, await logIn(fixture.api, 'body', eve))
}
/** Eve has an authenticator app. Its enrolment outdates her access tokens, so the fixture's are replaced. */
export async function enrolled(fixture: Fixture): Promise<Enrolled> {
  await verified(fixture)
  const made = await enrolTotp(fixture.api, fixture.services, fixture.login)
  Object.assign(fixture.login, made.login)
  await delivered(fixture.services)
  return made
}
/** The auth session of a login by Eve, who has a factor. */
export const authSessionOf = async ({ api }: Pick<Fixture, 'api'>): Promise<string> =>
  (await logIn(api, 'body', eve)).body.authSession
export const passwords = { currentPassword: eve.password, newPassword: 'a new and longer password' }

/** The email that a request causes, as its owner reads it. */
export async function mailAfter(fixture: Fixture, route: string, request?: TestRequest): Promise<any> {
  const { services, api } = fixture
  const answer = await api(route, request ?? (await validRequest(route, fixture)))
  const [mail] = await delivered(services)
  if (!mail) throw new Error(`${route} caused no mail. It was answered ${answer.status}`)
  return { answer, ...mail.template }
}
export const toEve = { body: { email: eve.email } }
const changeEmail = (fixture: Fixture) => ({
  ...asEve(fixture),
  body: { newEmail: 'evie@example.com' },
})

/** Asks for the options of a registration, and answers them with a new passkey. Eve's email is verified first. */
async function newPasskey(fixture: Fixture) {
  await verified(fixture)
  const key = authenticator()
  const { body: options } = await fixture.api('POST /users/me/passkeys/options', asEve(fixture))
  return { key, body: { passkey: key.create(options), name: 'My phone', transport: 'body' } }
}
/** Eve adds a passkey, and continues in the session that replaces hers. */
export async function withPasskey(fixture: Fixture) {
  const { key, body } = await newPasskey(fixture)
  const answer = await fixture.api('POST /users/me/passkeys', { ...asEve(fixture), body })
  if (answer.status !== 201) throw new Error(`The passkey was answered ${answer.status}`)
  Object.assign(fixture.login, answer)
  return { key, params: { passkeyId: answer.body.passkey.id as string } }
}

/** A request that succeeds at a route, in a fresh fixture. */
export async function validRequest(route: string, fixture: Fixture): Promise<TestRequest> {
  const request = validRequests[route]
  if (!request) throw new Error(`tools/testing/fixtures.ts has no valid request for ${route}`)
  return request(fixture)
}

/** For each route a request that succeeds in a fresh fixture. */
export const validRequests: Record<string, (fixture: Fixture) => TestRequest | Promise<TestRequest>> = {
  'GET /': () => ({}),
  'GET /health': () => ({}),
  'GET /openapi.json': () => ({}),
  'GET /.well-known/jwks.json': () => ({}),
  'GET /.well-known/openid-configuration': () => ({}),
  'POST /auth/signup': () => ({ body: { ...eve, email: 'new@example.com' } }),
  'POST /auth/login': () => ({ body: { email: eve.email, password: eve.password } }),
  'POST /auth/refresh': ({ login }) => ({ body: { refreshToken: login.body.refreshToken } }),
  'POST /auth/reauthenticate': (fixture) => ({ ...asEve(fixture), body: { password: eve.password } }),
  'POST /auth/reauthenticate/email': async (fixture) => {
    // Eve has nothing but a linked provider account.
    const { services } = fixture
    await linked(fixture)
    const account = await services.users.findById(fixture.userId)
    const change = { passwordHash: '', endsSessions: false, deniedUntil: 0 }
    if (account) await services.users.change(account, change)
    const body = { ...(await codeFor(services, eveAtGoogle)), transport: 'body' }
    Object.assign(fixture.login, await fixture.api('POST /auth/social/redeem', { body }))
    return asEve(fixture)
  },
  'POST /auth/second-factor': async (fixture) => {
    const { code } = await enrolled(fixture)
    return { body: { totp: code(), authSession: await authSessionOf(fixture) } }
  },
  'POST /auth/logout': ({ login }) => ({ body: { refreshToken: login.body.refreshToken } }),
  'POST /auth/email/verify': async (fixture) => {
    const { token } = await mailAfter(fixture, 'POST /auth/email/resend', toEve)
    return { body: { token } }
  },
  'POST /auth/email/resend': () => toEve,
  'POST /auth/email/undo': async (fixture) => {
    await verified(fixture)
    const { token } = await mailAfter(fixture, 'PUT /users/me/email', changeEmail(fixture))
    return { body: { token } }
  },
  'POST /auth/second-factor/undo': async (fixture) => {
    await verified(fixture)
    const { services, userId } = fixture
    await services.outbox.put(
      { type: 'first_factor_added', userId, at: services.clock.now() },
      services.clock.now(),
    )
    const [mail] = await delivered(services)
    if (mail?.template.kind !== 'first_factor_added') throw new Error('There is no mail about the factor')
    return { body: { token: mail.template.token } }
  },
  'POST /auth/second-factor/totp': async (fixture) => ({
    body: { authSession: await enrolmentSessionOf(fixture) },
  }),
  'POST /auth/second-factor/totp/confirm': async (fixture) => {
    const authSession = await enrolmentSessionOf(fixture)
    const { body } = await fixture.api('POST /auth/second-factor/totp', { body: { authSession } })
    return { body: { authSession, code: totpCode(body.secret, fixture.services.clock.now()) } }
  },
  'POST /auth/second-factor/passkey/options': async (fixture) => ({
    body: { authSession: await enrolmentSessionOf(fixture) },
  }),
  'POST /auth/second-factor/passkey': async (fixture) => {
    const body = { authSession: await enrolmentSessionOf(fixture) }
    const { body: options } = await fixture.api('POST /auth/second-factor/passkey/options', { body })
    return { body: { ...body, passkey: authenticator().create(options), name: 'My phone' } }
  },
  'POST /auth/finish-sign-up': async (fixture) => ({
    body: { token: await signUpTokenOf(fixture), newPassword: passwords.newPassword },
  }),
  'POST /auth/finish-sign-up/passkey/options': async (fixture) => ({
    body: { token: await signUpTokenOf(fixture) },
  }),
  'POST /auth/finish-sign-up/passkey': async (fixture) => {
    const body = { token: await signUpTokenOf(fixture) }
    const { body: options } = await fixture.api('POST /auth/finish-sign-up/passkey/options', { body })
    return { body: { ...body, passkey: authenticator().create(options), name: 'My phone' } }
  },
  'POST /auth/password/forgot': () => toEve,
  'POST /auth/password/reset': async (fixture) => {
    const { token } = await mailAfter(fixture, 'POST /auth/password/forgot', toEve)
    return { body: { token, newPassword: passwords.newPassword } }
  },
  'POST /auth/email-login': () => toEve,
  'POST /auth/email-login/redeem': async (fixture) => {
    const { token } = await mailAfter(fixture, 'POST /auth/email-login', toEve)
    return { body: { token } }
  },
  'POST /auth/email-login/code': async (fixture) => {
    const { answer, code } = await mailAfter(fixture, 'POST /auth/email-login', toEve)
    return { body: { email: eve.email, challenge: answer.body.challenge, code } }
  },
  'POST /auth/passkey/options': () => ({}),
  'POST /auth/passkey/login': async (fixture) => {
    const { key } = await withPasskey(fixture)
    const { body: options } = await fixture.api('POST /auth/passkey/options')
    return { body: { passkey: key.get(options) } }
  },
  'GET /auth/methods': () => ({}),
  'GET /auth/social/{provider}': () => ({ ...atGoogle, query: newFlow() }),
  'GET /auth/social/{provider}/callback': async (fixture) => {
    const { state, cookies } = await begunFlow(fixture)
    return { ...atGoogle, cookies, query: { state, code: codeAtGoogle(fixture) } }
  },
  'POST /auth/social/{provider}/callback': async (fixture) => {
    const { state } = await begunFlow(fixture)
    const user = JSON.stringify({ name: { firstName: 'Grace', lastName: 'Hopper' } })
    return { ...atGoogle, ...form({ state, code: 'a code', user }) }
  },
  'POST /auth/social/{provider}/reauthenticate': (fixture) => ({
    ...atGoogle,
    ...asEve(fixture),
    body: newFlow(),
  }),
  'POST /auth/social/{provider}/link': async (fixture) => {
    await verified(fixture)
    return { ...atGoogle, ...asEve(fixture), body: newFlow() }
  },
  'POST /auth/social/redeem': async ({ services, userId }) => {
    await withIdentity(services, userId, eveAtGoogle)
    return { body: await codeFor(services, eveAtGoogle) }
  },
  'POST /auth/social/email': async (fixture) => ({ body: { linkSession: await linkSessionOfEve(fixture) } }),
  'POST /auth/social/link': async (fixture) => ({
    body: { linkSession: await linkSessionOfEve(fixture), password: eve.password },
  }),
  'POST /users/me/passkeys/options': async (fixture) => {
    await verified(fixture)
    return asEve(fixture)
  },
  'POST /users/me/passkeys': async (fixture) => {
    const { body } = await newPasskey(fixture)
    return { ...asEve(fixture), body }
  },
  'GET /users/me/passkeys': async (fixture) => {
    await withPasskey(fixture)
    return asEve(fixture)
  },
  'PATCH /users/me/passkeys/{passkeyId}': async (fixture) => {
    const { params } = await withPasskey(fixture)
    return { ...asEve(fixture), params, body: { name: 'My laptop' } }
  },
  'DELETE /users/me/passkeys/{passkeyId}': async (fixture) => {
    const { params } = await withPasskey(fixture)
    return { ...asEve(fixture), params, body: { transport: 'body' } }
  },
  'POST /users/me/identities': async (fixture) => {
    await verified(fixture)
    return { ...asEve(fixture), body: await linkCodeOfEve(fixture) }
  },
  'GET /users/me/identities': async (fixture) => {
    await linked(fixture)
    return asEve(fixture)
  },
  'DELETE /users/me/identities/{identityId}': async (fixture) => {
    const { identityId } = await linked(fixture)
    return { ...asEve(fixture), params: { identityId }, body: { transport: 'body' } }
  },
  'GET /users/{userId}/identities': async (fixture) => {
    await linked(fixture)
    return aboutEve(fixture)
  },
  'DELETE /users/{userId}/identities/{identityId}': async (fixture) => {
    const { identityId } = await linked(fixture)
    return { ...asAdmin(fixture), params: { userId: fixture.userId, identityId } }
  },
  'PUT /users/me/email': changeEmail,
  'POST /users/{userId}/password-reset': aboutEve,
  'GET /users/me': asEve,
  'PATCH /users/me': (fixture) => ({ ...asEve(fixture), body: { name: 'Eve' } }),
  'DELETE /users/me': asEve,
  'PUT /users/me/password': (fixture) => ({ ...asEve(fixture), body: passwords }),
  'GET /users/me/factors': asEve,
  'POST /users/me/totp': async (fixture) => {
    await verified(fixture)
    return asEve(fixture)
  },
  'POST /users/me/totp/confirm': async (fixture) => {
    await verified(fixture)
    const { secret } = (await fixture.api('POST /users/me/totp', asEve(fixture))).body
    return { ...asEve(fixture), body: { code: totpCode(secret, fixture.services.clock.now()) } }
  },
  'DELETE /users/me/totp': async (fixture) => {
    await enrolled(fixture)
    return { ...asEve(fixture), body: {} }
  },
  'POST /users/me/recovery-codes': async (fixture) => {
    await enrolled(fixture)
    return { ...asEve(fixture), body: {} }
  },
  'GET /users/me/export': asEve,
  'GET /users/me/sessions': asEve,
  'DELETE /users/me/sessions': asEve,
  'DELETE /users/me/sessions/{sessionId}': (fixture) => ({
    ...asEve(fixture),
    params: { sessionId: fixture.sessionId },
  }),
  'GET /users': asAdmin,
  'GET /users/{userId}': aboutEve,
  'PATCH /users/{userId}': (fixture) => ({ ...aboutEve(fixture), body: { status: 'disabled' } }),
  'DELETE /users/{userId}': aboutEve,
  'GET /users/{userId}/sessions': aboutEve,
  'DELETE /users/{userId}/sessions': aboutEve,
  'DELETE /users/{userId}/factors': async (fixture) => {
    await enrolled(fixture)
    return aboutEve(fixture)
  },
}

const eveAtGoogle = googleOf(eve)
/** The provider's email is Eve's, which is verified. */
export async function linkSessionOfEve(fixture: Fixture): Promise<string> {
  await verified(fixture)
  const account = await fixture.services.users.findById(fixture.userId)
  return linkSessionFor(fixture.services, eveAtGoogle, account)
}

/** Eve has linked a provider account. That outdates her access tokens, so she logs in again. */
export async function linked(fixture: Fixture, identity = eveAtGoogle) {
  const { services, userId } = fixture
  if ((await services.users.findById(userId))?.identities) return { identityId: identityIdOf(identity) }
  await withIdentity(services, userId, identity)
  Object.assign(fixture.login, await logIn(fixture.api, 'body', eve))
  return { identityId: identityIdOf(identity) }
}
/** What comes back from a flow that Eve began to link a provider account. */
export async function linkCodeOfEve({ services, userId }: Fixture, identity = eveAtGoogle) {
  const account = await services.users.findById(userId)
  if (!account) throw new Error('Eve has no account')
  return codeFor(services, identity, { purpose: 'link', owner: ownerOf(account) })
}

/** The token that is mailed after a sign-up without a password. */
async function signUpTokenOf(fixture: Fixture): Promise<string> {
  const body = { email: 'passwordless@example.com', name: 'Grace' }
  return (await mailAfter(fixture, 'POST /auth/signup', { body })).token
}

/** Eve's login where every account needs a second factor: an auth session that is good for an enrolment. */
export async function enrolmentSessionOf(fixture: Fixture): Promise<string> {
  await verified(fixture)
  const { services } = fixture
  const strict = gateway({ ...services, policy: { ...services.policy, secondFactorFor: 'all' } })
  return (await logIn(strict, 'body', eve)).body.authSession
}
