import { randomUUID } from 'node:crypto'
import { type Contract, refusalsOf } from '../lib/contract/contract.ts'
import { errors } from '../lib/contract/errors.ts'
import { isRoute, registry } from '../lib/contract/registry.ts'
import type { RefusalCode } from '../lib/domain/refusal.ts'
import { capturedLog } from '../lib/testing/captured-log.ts'
import { type Gateway, gateway, type TestAnswer } from '../lib/testing/gateway.ts'
import { ada, eve, logIn } from '../lib/testing/people.ts'
import { asAdmin, asEve, good, passwords, type Scene, scene } from '../lib/testing/scene.ts'
import { silent } from '../lib/testing/world.ts'

const outrun = ({ parts }: Scene): Gateway => {
  const changed = async () => 'changed_meanwhile' as const
  return gateway({ ...parts, users: { ...parts.users, change: changed, remove: changed } })
}
const conflicting = (route: string) => (it: Scene) => outrun(it)(route, good[route]?.(it))

/** The refusals that only one route knows, each brought about as it would be. */
const special: Record<string, Partial<Record<RefusalCode, (it: Scene) => Promise<TestAnswer>>>> = {
  'POST /auth/signup': { email_taken: ({ api }) => api('POST /auth/signup', { body: eve }) },
  'POST /auth/login': {
    invalid_credentials: ({ api }) => logIn(api, 'body', { ...eve, password: 'wrong' }),
    account_disabled: async (it) => {
      await it.api('PATCH /users/{userId}', {
        ...good['GET /users/{userId}']?.(it),
        body: { status: 'disabled' },
      })
      return logIn(it.api, 'body', eve)
    },
  },
  'POST /auth/refresh': {
    invalid_refresh_token: ({ api }) => api('POST /auth/refresh', { body: { refreshToken: 'x' } }),
    session_ended: async (it) => {
      await it.api('POST /auth/logout', good['POST /auth/logout']?.(it))
      return it.api('POST /auth/refresh', good['POST /auth/refresh']?.(it))
    },
    refresh_token_reused: async (it) => {
      await it.api('POST /auth/refresh', good['POST /auth/refresh']?.(it))
      it.parts.clock.advance(61)
      return it.api('POST /auth/refresh', good['POST /auth/refresh']?.(it))
    },
  },
  'DELETE /users/me': {
    wrong_password: (it) => it.api('DELETE /users/me', { ...asEve(it), body: { password: 'wrong' } }),
    last_administrator: (it) =>
      it.api('DELETE /users/me', { ...asAdmin(it), body: { password: ada.password } }),
    conflict: conflicting('DELETE /users/me'),
  },
  'PUT /users/me/password': {
    wrong_password: (it) =>
      it.api('PUT /users/me/password', { ...asEve(it), body: { ...passwords, currentPassword: 'wrong' } }),
    conflict: conflicting('PUT /users/me/password'),
  },
  'DELETE /users/me/sessions': {
    conflict: (it) => outrun(it)('DELETE /users/me/sessions', { ...asEve(it), query: { all: 'true' } }),
  },
  'PATCH /users/{userId}': {
    own_account: (it) =>
      it.api('PATCH /users/{userId}', {
        ...asAdmin(it),
        params: { userId: it.admin.id },
        body: { status: 'disabled' },
      }),
    last_administrator: (it) =>
      it.api('PATCH /users/{userId}', {
        ...asAdmin(it),
        params: { userId: it.admin.id },
        body: { roles: ['user'] },
      }),
    conflict: conflicting('PATCH /users/{userId}'),
  },
  'DELETE /users/{userId}': {
    own_account: (it) =>
      it.api('DELETE /users/{userId}', { ...asAdmin(it), params: { userId: it.admin.id } }),
    last_administrator: async (it) => {
      const users = { ...it.parts.users, remove: async () => 'last_administrator' as const }
      return gateway({ ...it.parts, users })('DELETE /users/{userId}', good['GET /users/{userId}']?.(it))
    },
    conflict: conflicting('DELETE /users/{userId}'),
  },
  'DELETE /users/{userId}/sessions': { conflict: conflicting('DELETE /users/{userId}/sessions') },
}

/** The refusals that the shape of a contract implies, brought about at any route of that shape. */
function implied(
  contract: Contract,
  route: string,
): Partial<Record<RefusalCode, (it: Scene) => Promise<TestAnswer>>> {
  const request = (it: Scene) => good[route]?.(it) ?? {}
  return {
    invalid_request: (it) =>
      it.api(
        route,
        contract.body ? { ...request(it), body: '{' } : { ...request(it), query: { unknown: 'x' } },
      ),
    unsupported_media_type: (it) => {
      const headers = { ...request(it).headers, 'content-type': 'text/plain' }
      return it.api(route, { ...request(it), headers })
    },
    payload_too_large: (it) => it.api(route, { ...request(it), body: { x: 'x'.repeat(10_240) } }),
    unauthorized: (it) => it.api(route, { ...request(it), headers: {} }),
    forbidden: (it) => it.api(route, { ...request(it), ...asEve(it) }),
    not_found: (it) =>
      it.api(route, { ...request(it), params: { userId: randomUUID(), sessionId: randomUUID() } }),
    origin_not_allowed: (it) => {
      const cookies = [`__Host-cardea_refresh=${it.login.body.refreshToken}`]
      return it.api(route, { cookies, headers: { origin: 'https://evil.example' }, body: {} })
    },
    unavailable: (it) => gateway(silent(it.parts))(route, request(it)),
  }
}

describe('every promise of every contract', () => {
  it('is kept: each success, and each refusal under its status and code', async () => {
    const routes = (await registry()).filter(isRoute)
    const unknown = routes
      .map(({ contract }) => `${contract.method} ${contract.path}`)
      .filter((route) => !good[route])
    if (unknown.length > 0)
      throw new Error(`lib/testing/scene.ts has no good request for ${unknown.join(', ')}`)
    expect(routes.map(({ contract }) => `${contract.method} ${contract.path}`).sort()).toEqual(
      Object.keys(good).sort(),
    )
    for (const { contract } of routes) {
      const route = `${contract.method} ${contract.path}`
      const [promised, ...others] = Object.keys(contract.responses).map(Number)
      expect([route, others]).toEqual([route, []])
      const it = await scene()
      expect([route, (await it.api(route, good[route]?.(it))).status]).toEqual([route, promised])

      for (const code of refusalsOf(contract)) {
        const bringAbout = special[route]?.[code] ?? implied(contract, route)[code]
        if (!bringAbout)
          throw new Error(`promises.test.ts does not know how ${route} comes to refuse with ${code}`)
        const { result } = await capturedLog(async () => bringAbout(await scene()))
        expect([route, code, result.status]).toEqual([route, code, errors[code].status])
        // A missing token is answered by the gateway itself, which knows no codes.
        if (code !== 'unauthorized') expect([route, result.body.code]).toEqual([route, code])
      }
    }
  })
})
