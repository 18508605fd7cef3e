import { randomUUID } from 'node:crypto'
import { newToken } from '../../lib/domain/one-time-codes.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import {
  asEve,
  type Fixture,
  mailAfter,
  makeFixture,
  passwords,
  toEve,
  validRequest,
} from '../../tools/testing/fixtures.ts'
import type { TestAnswer } from '../../tools/testing/gateway.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { limited } from '../../tools/testing/test-services.ts'
import { eve } from '../../tools/testing/test-users.ts'

const claimed = randomUUID()
const CODE = 'POST /auth/email-login/code'
const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
const codeOf = async (fixture: Fixture) =>
  (await validRequest(CODE, fixture)).body as { code: string; challenge: string }
const withCode = async (fixture: Fixture, change: (code: string) => string) => {
  const body = await codeOf(fixture)
  return fixture.api(CODE, { body: { ...body, code: change(body.code) } })
}
const twice = async (fixture: Fixture, route: string) => {
  const request = await validRequest(route, fixture)
  await fixture.api(route, request)
  return fixture.api(route, request)
}
const late = async (fixture: Fixture, route: string, seconds: number) => {
  const request = await validRequest(route, fixture)
  fixture.services.clock.advance(seconds)
  return fixture.api(route, request)
}

interface Attempt {
  readonly secret: string
  readonly attempt: (fixture: Fixture) => Promise<TestAnswer>
  /** What the event says about the account. */
  readonly about?: (fixture: Fixture) => object
  readonly type?: 'access.denied'
  readonly reason: string
}
const eves = (fixture: Fixture) => ({ userId: fixture.userId })
const { token: forged } = newToken(claimed)
const forgedLink = (route: string, more: object = {}): Attempt => ({
  secret: `a forged link at ${route}`,
  attempt: ({ api }) => api(route, { body: { token: forged, ...more } }),
  about: () => ({ claimedUserId: claimed }),
  reason: 'invalid_link',
})

const attempts: readonly Attempt[] = [
  {
    secret: 'a wrong code',
    attempt: (fixture) => withCode(fixture, other),
    about: eves,
    reason: 'invalid_code',
  },
  { secret: 'a used code', attempt: (fixture) => twice(fixture, CODE), about: eves, reason: 'invalid_code' },
  {
    secret: 'an expired code',
    attempt: (fixture) => late(fixture, CODE, 601),
    about: eves,
    reason: 'invalid_code',
  },
  {
    secret: 'the right code, tried too often',
    attempt: async (fixture) => {
      const body = await codeOf(fixture)
      const api = gateway(limited(fixture.services, { codeTries: { most: 1, seconds: 600 } }))
      await api(CODE, { body: { ...body, code: other(body.code) } })
      return api(CODE, { body })
    },
    about: eves,
    reason: 'invalid_code',
  },
  {
    secret: 'a code over the budget of the address',
    attempt: async (fixture) => {
      const body = await codeOf(fixture)
      const api = gateway(limited(fixture.services, { codePerEmail: { most: 1, seconds: 600 } }))
      await api(CODE, { body: { ...body, code: other(body.code) } })
      return api(CODE, { body })
    },
    type: 'access.denied',
    reason: 'too_many_attempts',
  },
  {
    secret: 'a forged challenge',
    attempt: async ({ api }) =>
      api(CODE, { body: { email: eve.email, challenge: 'a'.repeat(64), code: '000000' } }),
    reason: 'invalid_code',
  },
  forgedLink('POST /auth/email/verify'),
  forgedLink('POST /auth/email/undo'),
  forgedLink('POST /auth/email-login/redeem'),
  forgedLink('POST /auth/password/reset', { newPassword: passwords.newPassword }),
  {
    secret: 'a text that is no token',
    attempt: ({ api }) => api('POST /auth/email/verify', { body: { token: 'x' } }),
    reason: 'invalid_link',
  },
  {
    secret: 'an expired reset link',
    attempt: (fixture) => late(fixture, 'POST /auth/password/reset', 1801),
    about: eves,
    reason: 'invalid_link',
  },
  {
    secret: 'a link that a later one replaced',
    attempt: async (fixture) => {
      const { token } = await mailAfter(fixture, 'POST /auth/password/forgot', toEve)
      await mailAfter(fixture, 'POST /auth/password/forgot', toEve)
      return fixture.api('POST /auth/password/reset', { body: { token, newPassword: passwords.newPassword } })
    },
    about: (fixture) => ({ claimedUserId: fixture.userId }),
    reason: 'invalid_link',
  },
  {
    secret: 'a forged refresh token',
    attempt: ({ api, login }) =>
      api('POST /auth/refresh', { body: { refreshToken: `${login.body.refreshToken.slice(0, -4)}AAAA` } }),
    reason: 'invalid_refresh_token',
  },
  {
    secret: 'no refresh token, which is not counted as an attempt',
    attempt: ({ api }) => api('POST /auth/refresh', { body: {} }),
    type: 'access.denied',
    reason: 'invalid_refresh_token',
  },
  {
    secret: 'the refresh token of a session that has ended',
    attempt: async (fixture) => {
      await fixture.api('POST /auth/logout', { body: { refreshToken: fixture.login.body.refreshToken } })
      return fixture.api('POST /auth/refresh', { body: { refreshToken: fixture.login.body.refreshToken } })
    },
    about: eves,
    type: 'access.denied',
    reason: 'session_ended',
  },
  {
    secret: 'a wrong password in a session',
    attempt: (fixture) =>
      fixture.api('POST /auth/reauthenticate', { ...asEve(fixture), body: { password: 'wrong' } }),
    about: (fixture) => ({ userId: fixture.userId, actor: fixture.userId }),
    reason: 'wrong_password',
  },
]

describe('a failed attempt writes exactly one event (ASVS 16.3.1)', () => {
  it.each(attempts)('$secret', async ({ attempt, about, type = 'secret.refused', reason }) => {
    const fixture = await makeFixture()
    const { result, entries } = await capturedLog(() => attempt(fixture))
    expect(result.status).toBeGreaterThanOrEqual(400)
    const { requestId } = result.body
    const lines = entries
      .filter((entry) => entry.requestId === requestId)
      .map(({ time, level, events, _aws, ip, route, requestId, ...line }) => line)
    expect(lines).toEqual([{ type, reason, actor: 'anonymous', ...about?.(fixture) }])
  })
})
