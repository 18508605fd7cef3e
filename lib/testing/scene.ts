import type { TestRequest } from './events.ts'
import { gateway } from './gateway.ts'
import { administrator, bearer, eve, logIn, signedUp } from './people.ts'
import { world } from './world.ts'

/** Ada may everything, Eve is a user with two sessions; each scene is a world of its own. */
export async function scene() {
  const parts = world()
  const api = gateway(parts)
  const admin = await administrator(api, parts)
  await signedUp(api, eve)
  const login = await logIn(api, 'body', eve)
  const other = await logIn(api, 'body', eve)
  const [, session] = [...parts.tables.sessions.values()]
  return {
    parts,
    api,
    admin,
    login,
    other,
    userId: login.body.user.id as string,
    sessionId: session?.id ?? '',
  }
}
export type Scene = Awaited<ReturnType<typeof scene>>

export const asAdmin = ({ admin }: Scene) => ({ headers: bearer(admin.login) })
export const asEve = ({ login }: Scene) => ({ headers: bearer(login) })
const aboutEve = (it: Scene) => ({ ...asAdmin(it), params: { userId: it.userId } })
export const passwords = { currentPassword: eve.password, newPassword: 'a new and longer password' }

/** For each route a request that succeeds, in a fresh scene. */
export const good: Record<string, (it: Scene) => TestRequest> = {
  'GET /': () => ({}),
  'GET /health': () => ({}),
  'GET /openapi.json': () => ({}),
  'GET /.well-known/jwks.json': () => ({}),
  'POST /auth/signup': () => ({ body: { ...eve, email: 'new@example.com' } }),
  'POST /auth/login': () => ({ body: { email: eve.email, password: eve.password } }),
  'POST /auth/refresh': ({ login }) => ({ body: { refreshToken: login.body.refreshToken } }),
  'POST /auth/logout': ({ login }) => ({ body: { refreshToken: login.body.refreshToken } }),
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
