import { randomBytes, randomUUID } from 'node:crypto'
import { type Contract, limitsOf, refusalsOf } from '../lib/contract/contract.ts'
import { errors } from '../lib/contract/errors.ts'
import { refusalEvents } from '../lib/domain/events.ts'
import { type LimitName, limits } from '../lib/domain/limits.ts'
import type { Policy } from '../lib/domain/policy.ts'
import type { RefusalCode } from '../lib/domain/refusal.ts'
import { isRoute, isStream, registry } from '../tools/generate/registry.ts'
import { capturedLog } from '../tools/testing/captured-log.ts'
import type { TestRequest } from '../tools/testing/events.ts'
import {
  asAdmin,
  asEve,
  type Fixture,
  good,
  mailAfter,
  makeFixture,
  passwords,
  toEve,
  verified,
} from '../tools/testing/fixtures.ts'
import { type Gateway, gateway, type TestAnswer } from '../tools/testing/gateway.ts'
import { delivered, limited, silent } from '../tools/testing/test-services.ts'
import { ada, eve, logIn } from '../tools/testing/test-users.ts'

/** Asks what would succeed, but for a change. */
const ask = async (it: Fixture, route: string, change: Partial<TestRequest> = {}, api: Gateway = it.api) =>
  api(route, { ...(await good[route]?.(it)), ...change })

const conflicting = (route: string) => (it: Fixture) => {
  const changed = async () => 'version_conflict' as const
  const users = { ...it.services.users, change: changed, remove: changed }
  return ask(it, route, {}, gateway({ ...it.services, users }))
}
/** The deployment has decided otherwise. */
const under = (it: Fixture, policy: Partial<Policy>) =>
  gateway({ ...it.services, policy: { ...it.services.policy, ...policy } })
const switchedOff = (route: string) => async (it: Fixture) => {
  const request = await good[route]?.(it)
  return under(it, { sendsMail: false })(route, request)
}
const spent = (route: string) => async (it: Fixture) => {
  const request = await good[route]?.(it)
  await it.api(route, request)
  return it.api(route, request)
}
const weak = 'passwordpassword'

type BringAbout = Partial<Record<RefusalCode, (it: Fixture) => Promise<TestAnswer>>>
/** The refusals that only one route knows, each brought about as it would be. */
const special: Record<string, BringAbout> = {
  'POST /auth/signup': {
    email_taken: ({ api }) => api('POST /auth/signup', { body: eve }),
    weak_password: ({ api }) => api('POST /auth/signup', { body: { ...eve, password: weak } }),
  },
  'POST /auth/login': {
    invalid_credentials: ({ api }) => logIn(api, 'body', { ...eve, password: 'wrong' }),
    account_disabled: async (it) => {
      await ask(it, 'PATCH /users/{userId}')
      return logIn(it.api, 'body', eve)
    },
    email_not_verified: (it) => logIn(under(it, { requireVerifiedEmail: true }), 'body', eve),
  },
  'POST /auth/refresh': {
    invalid_refresh_token: ({ api }) => api('POST /auth/refresh', { body: { refreshToken: 'x' } }),
    session_ended: async (it) => {
      await ask(it, 'POST /auth/logout')
      return ask(it, 'POST /auth/refresh')
    },
    refresh_token_reused: async (it) => {
      await ask(it, 'POST /auth/refresh')
      it.services.clock.advance(61)
      return ask(it, 'POST /auth/refresh')
    },
    too_many_attempts: async (it) => {
      const api = gateway(limited(it.services, { refreshPerSession: { most: 1, seconds: 60 } }))
      const { refreshToken } = (await ask(it, 'POST /auth/refresh', {}, api)).body
      return api('POST /auth/refresh', { body: { refreshToken } })
    },
  },
  'POST /auth/email/verify': {
    invalid_link: async (it) => {
      await verified(it)
      const request = { body: { token: await tokenOfChange(it, 'first@example.com') } }
      await it.api('POST /auth/email/verify', request)
      return it.api('POST /auth/email/verify', request)
    },
    email_taken: async (it) => {
      const { token } = await mailAfter(it, 'PUT /users/me/email')
      const taken = { body: { ...eve, email: 'evie@example.com' } }
      const { token: theirs } = await mailAfter(it, 'POST /auth/signup', taken)
      await it.api('POST /auth/email/verify', { body: { token: theirs } })
      return it.api('POST /auth/email/verify', { body: { token } })
    },
    email_changed_recently: async (it) => {
      await verified(it)
      const { api, services } = it
      const first = await tokenOfChange(it, 'first@example.com')
      await api('POST /auth/email/verify', { body: { token: first } })
      const users = { ...services.users, formerEmail: async () => undefined }
      Object.assign(it.login, await logIn(api, 'body', { ...eve, email: 'first@example.com' }))
      const second = await tokenOfChange(
        { ...it, api: gateway({ ...services, users }) },
        'second@example.com',
      )
      return api('POST /auth/email/verify', { body: { token: second } })
    },
    conflict: conflicting('POST /auth/email/verify'),
  },
  'POST /auth/email/resend': { not_enabled: switchedOff('POST /auth/email/resend') },
  'POST /auth/email/undo': {
    invalid_link: spent('POST /auth/email/undo'),
    conflict: conflicting('POST /auth/email/undo'),
  },
  'POST /auth/password/forgot': { not_enabled: switchedOff('POST /auth/password/forgot') },
  'POST /auth/password/reset': {
    invalid_link: spent('POST /auth/password/reset'),
    weak_password: async (it) => {
      const { token } = await mailAfter(it, 'POST /auth/password/forgot', toEve)
      return it.api('POST /auth/password/reset', { body: { token, newPassword: weak } })
    },
    conflict: conflicting('POST /auth/password/reset'),
  },
  'POST /auth/email-login': {
    not_enabled: (it) => ask(it, 'POST /auth/email-login', {}, under(it, { emailLogin: false })),
  },
  'POST /auth/email-login/redeem': {
    not_enabled: switchedOff('POST /auth/email-login/redeem'),
    invalid_link: spent('POST /auth/email-login/redeem'),
    conflict: conflicting('POST /auth/email-login/redeem'),
  },
  'POST /auth/email-login/code': {
    not_enabled: switchedOff('POST /auth/email-login/code'),
    invalid_code: spent('POST /auth/email-login/code'),
    conflict: conflicting('POST /auth/email-login/code'),
  },
  'DELETE /users/me': {
    wrong_password: (it) => ask(it, 'DELETE /users/me', { body: { password: 'wrong' } }),
    last_administrator: (it) =>
      it.api('DELETE /users/me', { ...asAdmin(it), body: { password: ada.password } }),
    conflict: conflicting('DELETE /users/me'),
  },
  'PUT /users/me/email': {
    not_enabled: switchedOff('PUT /users/me/email'),
    wrong_password: (it) =>
      ask(it, 'PUT /users/me/email', { body: { newEmail: 'evie@example.com', password: 'wrong' } }),
    email_changed_recently: async (it) => {
      await verified(it)
      const token = await tokenOfChange(it, 'evie@example.com')
      await it.api('POST /auth/email/verify', { body: { token } })
      const login = await logIn(it.api, 'body', { ...eve, email: 'evie@example.com' })
      return ask({ ...it, login }, 'PUT /users/me/email', {
        body: { newEmail: 'other@example.com', password: eve.password },
      })
    },
  },
  'PUT /users/me/password': {
    wrong_password: (it) =>
      ask(it, 'PUT /users/me/password', { body: { ...passwords, currentPassword: 'wrong' } }),
    weak_password: (it) => ask(it, 'PUT /users/me/password', { body: { ...passwords, newPassword: weak } }),
    conflict: conflicting('PUT /users/me/password'),
  },
  'DELETE /users/me/sessions': {
    conflict: (it) => {
      const users = { ...it.services.users, change: async () => 'version_conflict' as const }
      const api = gateway({ ...it.services, users })
      return api('DELETE /users/me/sessions', { ...asEve(it), query: { all: 'true' } })
    },
  },
  'PATCH /users/{userId}': {
    own_account: (it) => ask(it, 'PATCH /users/{userId}', { params: { userId: it.admin.id } }),
    last_administrator: (it) =>
      ask(it, 'PATCH /users/{userId}', { params: { userId: it.admin.id }, body: { roles: ['user'] } }),
    conflict: conflicting('PATCH /users/{userId}'),
  },
  'DELETE /users/{userId}': {
    own_account: (it) => ask(it, 'DELETE /users/{userId}', { params: { userId: it.admin.id } }),
    last_administrator: (it) => {
      const users = { ...it.services.users, remove: async () => 'last_administrator' as const }
      return ask(it, 'DELETE /users/{userId}', {}, gateway({ ...it.services, users }))
    },
    conflict: conflicting('DELETE /users/{userId}'),
  },
  'DELETE /users/{userId}/sessions': { conflict: conflicting('DELETE /users/{userId}/sessions') },
  'POST /users/{userId}/password-reset': { not_enabled: switchedOff('POST /users/{userId}/password-reset') },
}

/** Eve asks for another email; gives the token that its address is mailed. */
async function tokenOfChange(it: Fixture, newEmail: string): Promise<string> {
  await it.api('PUT /users/me/email', { ...asEve(it), body: { newEmail, password: eve.password } })
  const mails = await delivered(it.services)
  const mail = mails.find(({ template }) => template.kind === 'confirm_new_email')?.template
  if (mail?.kind !== 'confirm_new_email') throw new Error(`${newEmail} was mailed nothing`)
  return mail.token
}

/** The refusals that the shape of a contract implies, brought about at any route of that shape. */
function implied(contract: Contract, route: string): BringAbout {
  return {
    invalid_request: (it) => ask(it, route, contract.body ? { body: '{' } : { query: { unknown: 'x' } }),
    unsupported_media_type: async (it) => {
      const { headers } = (await good[route]?.(it)) ?? {}
      return ask(it, route, { headers: { ...headers, 'content-type': 'text/plain' } })
    },
    payload_too_large: (it) => ask(it, route, { body: { x: 'x'.repeat(10_240) } }),
    unauthorized: (it) => ask(it, route, { headers: {} }),
    forbidden: (it) => ask(it, route, asEve(it)),
    not_found: (it) => ask(it, route, { params: { userId: randomUUID(), sessionId: randomUUID() } }),
    untrusted_proxy: async (it) => {
      const trustedProxies = { trustedProxySecrets: [randomBytes(32)], trustedBackendSecrets: [] }
      const request = await good[route]?.(it)
      return gateway({ ...it.services, trustedProxies })(route, request)
    },
    origin_not_allowed: (it) => {
      const cookies = [`__Host-cardea_refresh=${it.login.body.refreshToken}`]
      return it.api(route, { cookies, headers: { origin: 'https://evil.example' }, body: {} })
    },
    unavailable: async (it) => {
      const request = await good[route]?.(it)
      return gateway(silent(it.services))(route, request)
    },
  }
}

/** What is counted although it fails, where what succeeds cannot be done twice. */
const wrong: Record<string, object> = {
  'POST /auth/login': { email: eve.email, password: 'wrong' },
  'DELETE /users/me': { password: 'wrong' },
  'PUT /users/me/password': { ...passwords, currentPassword: 'wrong' },
}

/** A route twice, under a limit of one. */
async function twice(it: Fixture, route: string, limit: LimitName): Promise<TestAnswer> {
  const request = { ...(await good[route]?.(it)), ...(wrong[route] && { body: wrong[route] }) }
  const api = gateway(limited(it.services, { [limit]: { most: 1, seconds: limits[limit].seconds } }))
  await api(route, request)
  return api(route, request)
}

describe('every promise of every contract', () => {
  it('is kept: each success, and each refusal under its status and code', async () => {
    const routes = (await registry()).filter(isRoute)
    const unknown = routes
      .map(({ contract }) => `${contract.method} ${contract.path}`)
      .filter((route) => !good[route])
    if (unknown.length > 0)
      throw new Error(`tools/testing/fixtures.ts has no good request for ${unknown.join(', ')}`)
    expect(routes.map(({ contract }) => `${contract.method} ${contract.path}`).sort()).toEqual(
      Object.keys(good).sort(),
    )
    for (const { contract } of routes) {
      const route = `${contract.method} ${contract.path}`
      const promised = new Set(Object.keys(contract.responses).map(Number))
      const succeeded = new Set([(await ask(await makeFixture(), route)).status])
      if (promised.size > 1) {
        const it = await makeFixture()
        succeeded.add((await ask(it, route, {}, under(it, { requireVerifiedEmail: true }))).status)
      }
      expect([route, succeeded]).toEqual([route, promised])

      for (const code of refusalsOf(contract)) {
        const event = (refusalEvents as Partial<Record<RefusalCode, string>>)[code]
        if (code === 'too_many_attempts') continue
        const bringAbout = special[route]?.[code] ?? implied(contract, route)[code]
        if (!bringAbout)
          throw new Error(`promises.test.ts does not know how ${route} comes to refuse with ${code}`)
        const { result, entries } = await capturedLog(async () => bringAbout(await makeFixture()))
        expect([route, code, result.status]).toEqual([route, code, errors[code].status])
        // What the authorizer refuses is answered by the gateway itself, which knows no codes.
        const isOfGateway =
          code === 'unauthorized' || (code === 'untrusted_proxy' && contract.access !== 'public')
        if (!isOfGateway) expect([route, result.body.code]).toEqual([route, code])
        const logged = entries.map(({ type }) => type)
        if (event) expect([route, code, logged]).toEqual([route, code, expect.arrayContaining([event])])
      }
    }
  })
})

describe('every limit of every contract', () => {
  it('holds: 429 with Retry-After, but where that would tell whether there is an account', async () => {
    const entries = await registry()
    // What the function that mails counts has a test of its own: functions/mail/budget.test.ts.
    const seen = new Set<LimitName>(entries.filter(isStream).flatMap(({ contract }) => limitsOf(contract)))
    for (const { contract } of (await registry()).filter(isRoute)) {
      const route = `${contract.method} ${contract.path}`
      for (const limit of limitsOf(contract)) {
        seen.add(limit)
        const it = await makeFixture()
        const { per } = limits[limit]
        const bringAbout = special[route]?.too_many_attempts ?? (() => twice(it, route, limit))
        const answer = await bringAbout(it)
        if (per === 'mailbox' || per === 'code') {
          expect([route, limit, answer.status === 429]).toEqual([route, limit, false])
          continue
        }
        expect([route, limit, answer.status, answer.body.code]).toEqual([
          route,
          limit,
          429,
          'too_many_attempts',
        ])
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
        expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(limits[limit].seconds)
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(limits).sort())
  })
})
