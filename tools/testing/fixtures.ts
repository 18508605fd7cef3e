import type { TestRequest } from './events.ts'
import { gateway } from './gateway.ts'
import { delivered, testServices } from './test-services.ts'
import { administrator, bearer, eve, logIn, sessionIdOf, signedUp } from './test-users.ts'

/** Ada may do everything, Eve is a user with two sessions; each scene is a world of its own. */
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
const aboutEve = (it: Fixture) => ({ ...asAdmin(it), params: { userId: it.userId } })
/** Eve has confirmed her email. Her tokens are of before, so she logs in anew. */
export async function verified(it: Fixture): Promise<void> {
  if ((await it.services.users.findById(it.userId))?.emailVerified) return
  await it.api('POST /auth/email/verify', await good['POST /auth/email/verify']?.(it))
  Object.assign(it.login, await logIn(it.api, 'body', eve))
}
export const passwords = { currentPassword: eve.password, newPassword: 'a new and longer password' }

/** The mail that comes of a request, to be read by its owner. */
export async function mailAfter(it: Fixture, route: string, request?: TestRequest): Promise<any> {
  const { services, api } = it
  const answer = await api(route, request ?? (await good[route]?.(it)))
  const [mail] = await delivered(services)
  if (!mail) throw new Error(`No mail came of ${route}, which was answered ${answer.status}`)
  return { answer, ...mail.template }
}
export const toEve = { body: { email: eve.email } }
const changeEmail = (it: Fixture) => ({
  ...asEve(it),
  body: { newEmail: 'evie@example.com', password: eve.password },
})

/** For each route a request that succeeds, in a fresh scene. */
export const good: Record<string, (it: Fixture) => TestRequest | Promise<TestRequest>> = {
  'GET /': () => ({}),
  'GET /health': () => ({}),
  'GET /openapi.json': () => ({}),
  'GET /.well-known/jwks.json': () => ({}),
  'GET /.well-known/openid-configuration': () => ({}),
  'POST /auth/signup': () => ({ body: { ...eve, email: 'new@example.com' } }),
  'POST /auth/login': () => ({ body: { email: eve.email, password: eve.password } }),
  'POST /auth/refresh': ({ login }) => ({ body: { refreshToken: login.body.refreshToken } }),
  'POST /auth/logout': ({ login }) => ({ body: { refreshToken: login.body.refreshToken } }),
  'POST /auth/email/verify': async (it) => {
    const { token } = await mailAfter(it, 'POST /auth/email/resend', toEve)
    return { body: { token } }
  },
  'POST /auth/email/resend': () => toEve,
  'POST /auth/email/undo': async (it) => {
    await verified(it)
    const { token } = await mailAfter(it, 'PUT /users/me/email', changeEmail(it))
    return { body: { token } }
  },
  'POST /auth/password/forgot': () => toEve,
  'POST /auth/password/reset': async (it) => {
    const { token } = await mailAfter(it, 'POST /auth/password/forgot', toEve)
    return { body: { token, newPassword: passwords.newPassword } }
  },
  'POST /auth/email-login': () => toEve,
  'POST /auth/email-login/redeem': async (it) => {
    const { token } = await mailAfter(it, 'POST /auth/email-login', toEve)
    return { body: { token } }
  },
  'POST /auth/email-login/code': async (it) => {
    const { answer, code } = await mailAfter(it, 'POST /auth/email-login', toEve)
    return { body: { email: eve.email, challenge: answer.body.challenge, code } }
  },
  'PUT /users/me/email': changeEmail,
  'POST /users/{userId}/password-reset': aboutEve,
  'GET /users/me': asEve,
  'PATCH /users/me': (it) => ({ ...asEve(it), body: { name: 'Eve' } }),
  'DELETE /users/me': (it) => ({ ...asEve(it), body: { password: eve.password } }),
  'PUT /users/me/password': (it) => ({ ...asEve(it), body: passwords }),
  'GET /users/me/export': asEve,
  'GET /users/me/sessions': asEve,
  'DELETE /users/me/sessions': asEve,
  'DELETE /users/me/sessions/{sessionId}': (it) => ({ ...asEve(it), params: { sessionId: it.sessionId } }),
  'GET /users': asAdmin,
  'GET /users/{userId}': aboutEve,
  'PATCH /users/{userId}': (it) => ({ ...aboutEve(it), body: { status: 'disabled' } }),
  'DELETE /users/{userId}': aboutEve,
  'GET /users/{userId}/sessions': aboutEve,
  'DELETE /users/{userId}/sessions': aboutEve,
}
