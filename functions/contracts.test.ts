import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { type Contract, limitsOf, refusalsOf } from '../lib/contract/contract.ts'
import { errors } from '../lib/contract/errors.ts'
import { type LimitName, limits } from '../lib/domain/limits.ts'
import type { Policy } from '../lib/domain/policy.ts'
import type { RefusalCode } from '../lib/domain/refusal.ts'
import { refusalEvents } from '../lib/domain/security-events.ts'
import type { ProviderIdentity } from '../lib/domain/social-ports.ts'
import { isRoute, isStream, registry } from '../tools/generate/registry.ts'
import { capturedLog } from '../tools/testing/captured-log.ts'
import { enrolTotp } from '../tools/testing/enrolments.ts'
import type { TestRequest } from '../tools/testing/events.ts'
import { exampleRecorder } from '../tools/testing/examples.ts'
import {
  asAdmin,
  asEve,
  authSessionOf,
  enrolled,
  enrolmentSessionOf,
  type Fixture,
  linkCodeOfEve,
  linkSessionOfEve,
  mailAfter,
  makeFixture,
  passwords,
  toEve,
  validRequest,
  validRequests,
  verified,
  withPasskey,
} from '../tools/testing/fixtures.ts'
import { contractOf, type Gateway, gateway, type TestAnswer } from '../tools/testing/gateway.ts'
import { withIdentity } from '../tools/testing/identities.ts'
import { silent, unavailable } from '../tools/testing/outages.ts'
import { grace, newFlow } from '../tools/testing/social-flows.ts'
import { codeFor, googleOf, linkSessionFor, logInWith, mailedCode } from '../tools/testing/social-logins.ts'
import { delivered } from '../tools/testing/test-mail.ts'
import { limited } from '../tools/testing/test-services.ts'
import { bearer, eve, logIn } from '../tools/testing/test-users.ts'

/** Sends the valid request of a route, with a change. */
const ask = async (
  fixture: Fixture,
  route: string,
  change: Partial<TestRequest> = {},
  api: Gateway = fixture.api,
) => api(route, { ...(await validRequest(route, fixture)), ...change })

const conflicting = (route: string) => (fixture: Fixture) => {
  const changed = async () => 'version_conflict' as const
  const users = { ...fixture.services.users, change: changed, remove: changed }
  return ask(fixture, route, {}, gateway({ ...fixture.services, users }))
}
const withTenIdentities = (route: string) => async (fixture: Fixture) => {
  const request = await validRequest(route, fixture)
  const { accounts } = fixture.services.tables
  for (const account of accounts.values()) accounts.set(account.id, { ...account, identities: 10 })
  return fixture.api(route, request)
}
/** Eve's account as if she had a second factor and a verified email: the first proof of an email removes all factors. */
const withFactor = ({ services, userId }: Fixture) => {
  const account = services.tables.accounts.get(userId)
  const verified = { emailVerified: true, factors: { totp: true, passkeys: 0 } }
  if (account) services.tables.accounts.set(userId, { ...account, ...verified })
}
/** The same services under another policy. */
const under = (fixture: Fixture, policy: Partial<Policy>) =>
  gateway({ ...fixture.services, policy: { ...fixture.services.policy, ...policy } })
const switchedOff = (route: string) => async (fixture: Fixture) => {
  const request = await validRequest(route, fixture)
  return under(fixture, { sendsMail: false })(route, request)
}
const spent = (route: string) => async (fixture: Fixture) => {
  const request = await validRequest(route, fixture)
  await fixture.api(route, request)
  return fixture.api(route, request)
}
/** An enrolment in the login of an account whose email is not verified. */
const unverifiedEnrolment =
  (route: string, more = {}) =>
  async (fixture: Fixture) => {
    const { authSession } = (await logIn(under(fixture, { secondFactorFor: 'all' }), 'body', eve)).body
    return fixture.api(route, { body: { ...more, authSession } })
  }
/** The passkey was registered, or the identity linked, by somebody else meanwhile. */
const existing =
  (route: string, outcome: 'passkey_exists' | 'identity_taken' = 'passkey_exists') =>
  (fixture: Fixture) => {
    const users = { ...fixture.services.users, change: async () => outcome }
    return ask(fixture, route, {}, gateway({ ...fixture.services, users }))
  }
/** The response of a passkey that belongs to nobody in the fixture of the test. */
const foreignPasskey = async () => {
  const { body } = await validRequest('POST /auth/passkey/login', await makeFixture())
  return (body as { passkey: unknown }).passkey
}
/** Digits that no mail of the link session has. */
async function wrongSocialCode({ api, services }: Fixture) {
  const linkSession = await linkSessionFor(services, googleOf(eve))
  const code = await mailedCode(api, services, linkSession)
  return { linkSession, code: String((Number(code) + 1) % 1_000_000).padStart(6, '0') }
}
/** Digits that prove an email. */
async function socialCode({ api, services }: Fixture, email: string) {
  const linkSession = await linkSessionFor(services, grace)
  return { linkSession, code: await mailedCode(api, services, linkSession, email) }
}
/** A provider account that nobody has linked. */
const redeemed = async (fixture: Fixture, identity: ProviderIdentity, api: Gateway = fixture.api) =>
  logInWith(api, fixture.services, identity)
/** The identity was linked to another account meanwhile. */
const identityTaken = (fixture: Fixture) =>
  gateway({ ...fixture.services, sessionOpenings: { open: async () => 'identity_taken' as const } })
const weak = 'passwordpassword'

type Causes = Partial<Record<RefusalCode, (fixture: Fixture) => Promise<TestAnswer>>>
/** How to cause the refusals of single routes. */
const special: Record<string, Causes> = {
  'POST /auth/signup': {
    email_taken: ({ api }) => api('POST /auth/signup', { body: eve }),
    signup_closed: (fixture) => ask(fixture, 'POST /auth/signup', {}, under(fixture, { signUp: 'closed' })),
    weak_password: ({ api }) => api('POST /auth/signup', { body: { ...eve, password: weak } }),
  },
  'POST /auth/login': {
    invalid_credentials: ({ api }) => logIn(api, 'body', { ...eve, password: 'wrong' }),
    account_disabled: async (fixture) => {
      await ask(fixture, 'PATCH /users/{userId}')
      return logIn(fixture.api, 'body', eve)
    },
    email_not_verified: (fixture) => logIn(under(fixture, { requireVerifiedEmail: true }), 'body', eve),
  },
  'POST /auth/refresh': {
    invalid_refresh_token: ({ api }) => api('POST /auth/refresh', { body: { refreshToken: 'x' } }),
    session_ended: async (fixture) => {
      await ask(fixture, 'POST /auth/logout')
      return ask(fixture, 'POST /auth/refresh')
    },
    refresh_token_reused: async (fixture) => {
      await ask(fixture, 'POST /auth/refresh')
      fixture.services.clock.advance(61)
      return ask(fixture, 'POST /auth/refresh')
    },
    too_many_attempts: async (fixture) => {
      const api = gateway(limited(fixture.services, { refreshPerSession: { most: 1, seconds: 60 } }))
      const { refreshToken } = (await ask(fixture, 'POST /auth/refresh', {}, api)).body
      return api('POST /auth/refresh', { body: { refreshToken } })
    },
  },
  'POST /auth/email/verify': {
    invalid_link: async (fixture) => {
      await verified(fixture)
      const request = { body: { token: await tokenOfChange(fixture, 'first@example.com') } }
      fixture.services.clock.advance(86_400)
      return fixture.api('POST /auth/email/verify', request)
    },
    email_taken: async (fixture) => {
      const { token } = await mailAfter(fixture, 'PUT /users/me/email')
      const taken = { body: { ...eve, email: 'evie@example.com' } }
      const { token: theirs } = await mailAfter(fixture, 'POST /auth/signup', taken)
      await fixture.api('POST /auth/email/verify', { body: { token: theirs } })
      return fixture.api('POST /auth/email/verify', { body: { token } })
    },
    email_changed_recently: async (fixture) => {
      await verified(fixture)
      const { api, services } = fixture
      const first = await tokenOfChange(fixture, 'first@example.com')
      await api('POST /auth/email/verify', { body: { token: first } })
      const users = { ...services.users, formerEmail: async () => undefined }
      Object.assign(fixture.login, await logIn(api, 'body', { ...eve, email: 'first@example.com' }))
      const second = await tokenOfChange(
        { ...fixture, api: gateway({ ...services, users }) },
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
    weak_password: async (fixture) => {
      const { token } = await mailAfter(fixture, 'POST /auth/password/forgot', toEve)
      return fixture.api('POST /auth/password/reset', { body: { token, newPassword: weak } })
    },
    conflict: conflicting('POST /auth/password/reset'),
  },
  'POST /auth/email-login': {
    not_enabled: (fixture) =>
      ask(fixture, 'POST /auth/email-login', {}, under(fixture, { emailLogin: false })),
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
    last_administrator: (fixture) => fixture.api('DELETE /users/me', asAdmin(fixture)),
    conflict: conflicting('DELETE /users/me'),
  },
  'POST /auth/reauthenticate': {
    wrong_password: (fixture) => ask(fixture, 'POST /auth/reauthenticate', { body: { password: 'wrong' } }),
    invalid_code: (fixture) => ask(fixture, 'POST /auth/reauthenticate', { body: { totp: '000000' } }),
    invalid_passkey: async (fixture) =>
      ask(fixture, 'POST /auth/reauthenticate', { body: { passkey: await foreignPasskey() } }),
  },
  'POST /auth/reauthenticate/email': {
    not_enabled: switchedOff('POST /auth/reauthenticate/email'),
    email_not_verified: async (fixture) => {
      const request = await validRequest('POST /auth/reauthenticate/email', fixture)
      const { accounts } = fixture.services.tables
      for (const account of accounts.values()) accounts.set(account.id, { ...account, emailVerified: false })
      return fixture.api('POST /auth/reauthenticate/email', request)
    },
    invalid_request: (fixture) => fixture.api('POST /auth/reauthenticate/email', asEve(fixture)),
  },
  'POST /auth/second-factor': {
    invalid_passkey: async (fixture) => {
      await enrolled(fixture)
      const body = { authSession: await authSessionOf(fixture), passkey: await foreignPasskey() }
      return fixture.api('POST /auth/second-factor', { body })
    },
    invalid_auth_session: spent('POST /auth/second-factor'),
    identity_taken: async (fixture) => {
      const { code } = await enrolled(fixture)
      const request = await validRequest('POST /auth/social/link', fixture)
      const { authSession } = (await fixture.api('POST /auth/social/link', request)).body
      return identityTaken(fixture)('POST /auth/second-factor', { body: { authSession, totp: code() } })
    },
    invalid_code: async (fixture) => {
      await enrolled(fixture)
      const body = { authSession: await authSessionOf(fixture), totp: '000000' }
      return fixture.api('POST /auth/second-factor', { body })
    },
  },
  'POST /auth/second-factor/totp': {
    invalid_auth_session: ({ api }) => api('POST /auth/second-factor/totp', { body: { authSession: 'x' } }),
    email_not_verified: unverifiedEnrolment('POST /auth/second-factor/totp'),
  },
  'POST /auth/second-factor/totp/confirm': {
    invalid_auth_session: spent('POST /auth/second-factor/totp/confirm'),
    invalid_code: async (fixture) => {
      const body = { authSession: await enrolmentSessionOf(fixture), code: '000000' }
      return fixture.api('POST /auth/second-factor/totp/confirm', { body })
    },
    email_not_verified: unverifiedEnrolment('POST /auth/second-factor/totp/confirm', { code: '000000' }),
    identity_taken: existing('POST /auth/second-factor/totp/confirm', 'identity_taken'),
    conflict: conflicting('POST /auth/second-factor/totp/confirm'),
  },
  'POST /users/me/totp': {
    email_not_verified: (fixture) => fixture.api('POST /users/me/totp', asEve(fixture)),
  },
  'POST /users/me/totp/confirm': {
    invalid_code: (fixture) => ask(fixture, 'POST /users/me/totp/confirm', { body: { code: '000000' } }),
    email_not_verified: (fixture) =>
      fixture.api('POST /users/me/totp/confirm', { ...asEve(fixture), body: { code: '000000' } }),
    conflict: conflicting('POST /users/me/totp/confirm'),
  },
  'DELETE /users/me/totp': {
    not_found: (fixture) => fixture.api('DELETE /users/me/totp', { ...asEve(fixture), body: {} }),
    second_factor_missing: async (fixture) => {
      const api = under(fixture, { sendsMail: false })
      const { login } = await enrolTotp(api, fixture.services, fixture.admin.login)
      const strict = under(fixture, { secondFactorFor: 'admin' })
      return strict('DELETE /users/me/totp', { headers: bearer(login), body: {} })
    },
    conflict: conflicting('DELETE /users/me/totp'),
  },
  'POST /users/me/recovery-codes': {
    not_found: (fixture) => fixture.api('POST /users/me/recovery-codes', { ...asEve(fixture), body: {} }),
    conflict: conflicting('POST /users/me/recovery-codes'),
  },
  'POST /auth/second-factor/passkey/options': {
    invalid_auth_session: ({ api }) =>
      api('POST /auth/second-factor/passkey/options', { body: { authSession: 'x' } }),
    email_not_verified: unverifiedEnrolment('POST /auth/second-factor/passkey/options'),
  },
  'POST /auth/second-factor/passkey': {
    invalid_auth_session: spent('POST /auth/second-factor/passkey'),
    invalid_passkey: async (fixture) => {
      const { body } = await validRequest('POST /auth/second-factor/passkey', await makeFixture())
      const authSession = await enrolmentSessionOf(fixture)
      return fixture.api('POST /auth/second-factor/passkey', { body: { ...(body as object), authSession } })
    },
    passkey_exists: existing('POST /auth/second-factor/passkey'),
    email_not_verified: async (fixture) => {
      const { body } = await validRequest('POST /auth/second-factor/passkey', await makeFixture())
      return unverifiedEnrolment('POST /auth/second-factor/passkey', body as object)(fixture)
    },
    identity_taken: existing('POST /auth/second-factor/passkey', 'identity_taken'),
    conflict: conflicting('POST /auth/second-factor/passkey'),
  },
  'POST /auth/finish-sign-up/passkey/options': {
    invalid_link: async (fixture) => {
      const { body } = await validRequest('POST /auth/finish-sign-up', fixture)
      await fixture.api('POST /auth/finish-sign-up', { body })
      const { token } = body as { token: string }
      return fixture.api('POST /auth/finish-sign-up/passkey/options', { body: { token } })
    },
  },
  'POST /auth/finish-sign-up/passkey': {
    invalid_link: spent('POST /auth/finish-sign-up/passkey'),
    invalid_passkey: async (fixture) => {
      const { body } = await validRequest('POST /auth/finish-sign-up/passkey', await makeFixture())
      const { body: own } = await validRequest('POST /auth/finish-sign-up/passkey', fixture)
      const { passkey } = body as { passkey: object }
      return fixture.api('POST /auth/finish-sign-up/passkey', { body: { ...(own as object), passkey } })
    },
    passkey_exists: existing('POST /auth/finish-sign-up/passkey'),
    conflict: conflicting('POST /auth/finish-sign-up/passkey'),
  },
  'POST /auth/finish-sign-up': {
    invalid_link: spent('POST /auth/finish-sign-up'),
    weak_password: async (fixture) => {
      const { body } = await validRequest('POST /auth/finish-sign-up', fixture)
      return fixture.api('POST /auth/finish-sign-up', { body: { ...(body as object), newPassword: weak } })
    },
    conflict: conflicting('POST /auth/finish-sign-up'),
  },
  'POST /auth/second-factor/undo': {
    invalid_link: spent('POST /auth/second-factor/undo'),
    conflict: conflicting('POST /auth/second-factor/undo'),
  },
  'POST /users/me/identities': {
    invalid_code: async (fixture) => {
      await verified(fixture)
      const body = await codeFor(fixture.services, googleOf(eve))
      return fixture.api('POST /users/me/identities', { ...asEve(fixture), body })
    },
    email_not_verified: async (fixture) =>
      fixture.api('POST /users/me/identities', { ...asEve(fixture), body: await linkCodeOfEve(fixture) }),
    too_many_identities: withTenIdentities('POST /users/me/identities'),
    identity_taken: async (fixture) => {
      const request = await validRequest('POST /users/me/identities', fixture)
      await withIdentity(fixture.services, fixture.admin.id, googleOf(eve))
      return fixture.api('POST /users/me/identities', request)
    },
    conflict: conflicting('POST /users/me/identities'),
  },
  'DELETE /users/me/identities/{identityId}': {
    last_way_in: withoutPassword('DELETE /users/me/identities/{identityId}'),
    conflict: conflicting('DELETE /users/me/identities/{identityId}'),
  },
  'DELETE /users/{userId}/identities/{identityId}': {
    own_account: (fixture) =>
      ask(fixture, 'DELETE /users/{userId}/identities/{identityId}', {
        params: { userId: fixture.admin.id, identityId: 'A'.repeat(43) },
      }),
    last_way_in: withoutPassword('DELETE /users/{userId}/identities/{identityId}'),
    conflict: conflicting('DELETE /users/{userId}/identities/{identityId}'),
  },
  'PUT /users/me/email': {
    not_enabled: switchedOff('PUT /users/me/email'),
    email_changed_recently: async (fixture) => {
      await verified(fixture)
      const token = await tokenOfChange(fixture, 'evie@example.com')
      await fixture.api('POST /auth/email/verify', { body: { token } })
      const login = await logIn(fixture.api, 'body', { ...eve, email: 'evie@example.com' })
      return ask({ ...fixture, login }, 'PUT /users/me/email', {
        body: { newEmail: 'other@example.com' },
      })
    },
  },
  'PUT /users/me/password': {
    wrong_password: (fixture) =>
      ask(fixture, 'PUT /users/me/password', { body: { ...passwords, currentPassword: 'wrong' } }),
    weak_password: (fixture) =>
      ask(fixture, 'PUT /users/me/password', { body: { ...passwords, newPassword: weak } }),
    conflict: conflicting('PUT /users/me/password'),
  },
  'DELETE /users/me/sessions': {
    conflict: (fixture) => {
      const users = { ...fixture.services.users, change: async () => 'version_conflict' as const }
      const api = gateway({ ...fixture.services, users })
      return api('DELETE /users/me/sessions', { ...asEve(fixture), query: { all: 'true' } })
    },
  },
  'POST /auth/passkey/options': {
    unavailable: ({ services }) => {
      const rateLimiter = { ...services.rateLimiter, take: unavailable }
      return gateway({ ...services, rateLimiter })('POST /auth/passkey/options')
    },
  },
  'POST /auth/passkey/login': {
    invalid_passkey: spent('POST /auth/passkey/login'),
    account_disabled: async (fixture) => {
      const request = await validRequest('POST /auth/passkey/login', fixture)
      await ask(fixture, 'PATCH /users/{userId}')
      return fixture.api('POST /auth/passkey/login', request)
    },
    email_not_verified: async (fixture) => {
      const request = await validRequest('POST /auth/passkey/login', fixture)
      const { accounts } = fixture.services.tables
      for (const account of accounts.values()) accounts.set(account.id, { ...account, emailVerified: false })
      return under(fixture, { requireVerifiedEmail: true })('POST /auth/passkey/login', request)
    },
    conflict: async (fixture) => {
      const request = await validRequest('POST /auth/passkey/login', fixture)
      const sessionOpenings = { open: async () => 'version_conflict' as const }
      return gateway({ ...fixture.services, sessionOpenings })('POST /auth/passkey/login', request)
    },
  },
  'GET /auth/social/{provider}': {
    invalid_link: (fixture) => ask(fixture, 'GET /auth/social/{provider}', { query: { ticket: 'x' } }),
  },
  'GET /auth/social/{provider}/callback': {
    invalid_request: (fixture) =>
      ask(fixture, 'GET /auth/social/{provider}/callback', { headers: { 'sec-purpose': 'prefetch' } }),
  },
  'POST /auth/social/{provider}/link': {
    too_many_identities: withTenIdentities('POST /auth/social/{provider}/link'),
    email_not_verified: (fixture) =>
      fixture.api('POST /auth/social/{provider}/link', {
        ...asEve(fixture),
        params: { provider: 'google' },
        body: newFlow(),
      }),
  },
  'POST /auth/social/redeem': {
    invalid_code: spent('POST /auth/social/redeem'),
    account_disabled: async (fixture) => {
      const request = await validRequest('POST /auth/social/redeem', fixture)
      await ask(fixture, 'PATCH /users/{userId}')
      return fixture.api('POST /auth/social/redeem', request)
    },
    signup_closed: (fixture) => redeemed(fixture, grace, under(fixture, { signUp: 'closed' })),
    link_required: async (fixture) => {
      await verified(fixture)
      return redeemed(fixture, googleOf(eve))
    },
    email_required: (fixture) => redeemed(fixture, { ...grace, email: undefined }),
    conflict: (fixture) => {
      const users = { ...fixture.services.users, create: async () => 'identity_taken' as const }
      return redeemed(fixture, grace, gateway({ ...fixture.services, users }))
    },
  },
  'POST /auth/social/email': {
    invalid_link_session: async (fixture) => {
      const request = await validRequest('POST /auth/social/email', fixture)
      fixture.services.clock.advance(600)
      return fixture.api('POST /auth/social/email', request)
    },
  },
  'POST /auth/social/link': {
    invalid_link_session: spent('POST /auth/social/link'),
    invalid_credentials: async (fixture) => {
      const body = { linkSession: await linkSessionOfEve(fixture), password: 'wrong' }
      return fixture.api('POST /auth/social/link', { body })
    },
    invalid_passkey: async (fixture) => {
      const body = { linkSession: await linkSessionOfEve(fixture), passkey: await foreignPasskey() }
      return fixture.api('POST /auth/social/link', { body })
    },
    invalid_code: async (fixture) =>
      fixture.api('POST /auth/social/link', { body: await wrongSocialCode(fixture) }),
    account_disabled: async (fixture) => {
      const body = await socialCode(fixture, eve.email)
      const { accounts } = fixture.services.tables
      const account = accounts.get(fixture.userId)
      if (account) accounts.set(account.id, { ...account, status: 'disabled' })
      return fixture.api('POST /auth/social/link', { body })
    },
    signup_closed: async (fixture) => {
      const body = await socialCode(fixture, 'grace@example.com')
      return under(fixture, { signUp: 'closed' })('POST /auth/social/link', { body })
    },
    email_taken: async (fixture) => {
      const body = await socialCode(fixture, 'grace@example.com')
      const users = { ...fixture.services.users, create: async () => 'email_taken' as const }
      return gateway({ ...fixture.services, users })('POST /auth/social/link', { body })
    },
    identity_taken: (fixture) => ask(fixture, 'POST /auth/social/link', {}, identityTaken(fixture)),
    too_many_identities: withTenIdentities('POST /auth/social/link'),
  },
  'POST /users/me/passkeys/options': {
    email_not_verified: (fixture) => fixture.api('POST /users/me/passkeys/options', asEve(fixture)),
    too_many_passkeys: withTwentyPasskeys('POST /users/me/passkeys/options'),
  },
  'POST /users/me/passkeys': {
    email_not_verified: async (fixture) => {
      const { body } = await validRequest('POST /users/me/passkeys', await makeFixture())
      return fixture.api('POST /users/me/passkeys', { ...asEve(fixture), body })
    },
    invalid_passkey: async (fixture) => {
      const { body } = await validRequest('POST /users/me/passkeys', await makeFixture())
      await verified(fixture)
      return fixture.api('POST /users/me/passkeys', { ...asEve(fixture), body })
    },
    passkey_exists: async (fixture) => {
      const { key } = await withPasskey(fixture)
      const { body: options } = await fixture.api('POST /users/me/passkeys/options', asEve(fixture))
      const body = { passkey: key.create(options) }
      return fixture.api('POST /users/me/passkeys', { ...asEve(fixture), body })
    },
    too_many_passkeys: withTwentyPasskeys('POST /users/me/passkeys'),
    conflict: conflicting('POST /users/me/passkeys'),
  },
  'DELETE /users/me/passkeys/{passkeyId}': {
    last_way_in: withoutPassword('DELETE /users/me/passkeys/{passkeyId}'),
    second_factor_missing: async (fixture) => {
      const request = await validRequest('DELETE /users/me/passkeys/{passkeyId}', fixture)
      const { accounts } = fixture.services.tables
      for (const account of accounts.values())
        accounts.set(account.id, { ...account, roles: ['user', 'admin'] })
      return under(fixture, { secondFactorFor: 'admin' })('DELETE /users/me/passkeys/{passkeyId}', request)
    },
    conflict: conflicting('DELETE /users/me/passkeys/{passkeyId}'),
  },
  'PATCH /users/{userId}': {
    own_account: (fixture) => ask(fixture, 'PATCH /users/{userId}', { params: { userId: fixture.admin.id } }),
    last_administrator: (fixture) =>
      ask(fixture, 'PATCH /users/{userId}', {
        params: { userId: fixture.admin.id },
        body: { roles: ['user'] },
      }),
    second_factor_missing: (fixture) => {
      const body = { roles: ['user', 'admin'] }
      return ask(fixture, 'PATCH /users/{userId}', { body }, under(fixture, { secondFactorFor: 'admin' }))
    },
    conflict: conflicting('PATCH /users/{userId}'),
  },
  'DELETE /users/{userId}': {
    own_account: (fixture) =>
      ask(fixture, 'DELETE /users/{userId}', { params: { userId: fixture.admin.id } }),
    last_administrator: (fixture) => {
      const users = { ...fixture.services.users, remove: async () => 'last_administrator' as const }
      return ask(fixture, 'DELETE /users/{userId}', {}, gateway({ ...fixture.services, users }))
    },
    conflict: conflicting('DELETE /users/{userId}'),
  },
  'DELETE /users/{userId}/sessions': { conflict: conflicting('DELETE /users/{userId}/sessions') },
  'DELETE /users/{userId}/factors': {
    own_account: (fixture) =>
      ask(fixture, 'DELETE /users/{userId}/factors', { params: { userId: fixture.admin.id } }),
    last_way_in: async (fixture) => {
      const request = { ...asAdmin(fixture), params: { userId: fixture.userId } }
      await fixture.api('DELETE /users/{userId}/factors', request)
      return under(fixture, { sendsMail: false })('DELETE /users/{userId}/factors', request)
    },
    conflict: conflicting('DELETE /users/{userId}/factors'),
  },
  'POST /users/{userId}/password-reset': { not_enabled: switchedOff('POST /users/{userId}/password-reset') },
}

/** Sends the valid request of a route for an account without a password. */
function withoutPassword(route: string) {
  return async (fixture: Fixture) => {
    const request = await validRequest(route, fixture)
    const { accounts } = fixture.services.tables
    for (const account of accounts.values()) accounts.set(account.id, { ...account, passwordHash: '' })
    return fixture.api(route, request)
  }
}

/** Sends the valid request of a route for an account that has the most passkeys. */
function withTwentyPasskeys(route: string) {
  return async (fixture: Fixture) => {
    const request = await validRequest(route, fixture)
    const { accounts } = fixture.services.tables
    for (const account of accounts.values())
      accounts.set(account.id, { ...account, factors: { totp: false, passkeys: 20 } })
    return fixture.api(route, request)
  }
}

/** Eve requests another email. Returns the token that is mailed to it. */
async function tokenOfChange(fixture: Fixture, newEmail: string): Promise<string> {
  await fixture.api('PUT /users/me/email', { ...asEve(fixture), body: { newEmail } })
  const mails = await delivered(fixture.services)
  const mail = mails.find(({ template }) => template.kind === 'verify_new_email')?.template
  if (mail?.kind !== 'verify_new_email') throw new Error(`${newEmail} was sent no mail`)
  return mail.token
}

/** How to cause the refusals that the shape of a contract implies, at any route of that shape. */
function implied(contract: Contract, route: string): Causes {
  return {
    invalid_request: (fixture) =>
      ask(fixture, route, contract.body ? { body: '{' } : { query: { unknown: 'x' } }),
    unsupported_media_type: async (fixture) => {
      const request = await validRequest(route, fixture)
      return fixture.api(route, { ...request, headers: { ...request.headers, 'content-type': 'text/plain' } })
    },
    payload_too_large: (fixture) => ask(fixture, route, { body: { x: 'x'.repeat(10_240) } }),
    unauthorized: (fixture) => ask(fixture, route, { headers: {} }),
    reauthentication_required: async (fixture) => {
      const request = await validRequest(route, fixture)
      fixture.services.clock.advance(fixture.services.lifetimes.freshSeconds + 1)
      return fixture.api(route, request)
    },
    second_factor_required: async (fixture) => {
      const request = await validRequest(route, fixture)
      withFactor(fixture)
      return fixture.api(route, request)
    },
    forbidden: async (fixture) => {
      const request = await validRequest(route, fixture)
      return fixture.api(route, { ...request, ...asEve(fixture) })
    },
    second_factor_enrolment_required: async (fixture) => {
      if (contract.access === 'public') {
        const request = await validRequest(route, fixture)
        return under(fixture, { secondFactorFor: 'all' })(route, request)
      }
      const api = under(fixture, { secondFactorFor: 'admin' })
      const { headers } = asAdmin({ ...fixture, admin: { ...fixture.admin, login: await logIn(api) } })
      return ask(fixture, route, { headers }, api)
    },
    not_found: (fixture) =>
      ask(fixture, route, {
        params: {
          userId: randomUUID(),
          sessionId: randomUUID(),
          passkeyId: randomBytes(32).toString('base64url'),
          identityId: randomBytes(32).toString('base64url'),
        },
      }),
    untrusted_proxy: async (fixture) => {
      const trustedProxies = { trustedProxySecrets: [randomBytes(32)], trustedBackendSecrets: [] }
      const request = await validRequest(route, fixture)
      return gateway({ ...fixture.services, trustedProxies })(route, request)
    },
    origin_not_allowed: (fixture) => {
      const cookies = [`__Host-cardea_refresh=${fixture.login.body.refreshToken}`]
      return fixture.api(route, { cookies, headers: { origin: 'https://evil.example' }, body: {} })
    },
    unavailable: async (fixture) => {
      const request = await validRequest(route, fixture)
      return gateway(silent(fixture.services))(route, request)
    },
  }
}

/** Attempts that count although they fail, where the valid request cannot be sent twice. */
const wrong: Record<string, object> = {
  'POST /auth/login': { email: eve.email, password: 'wrong' },
  'POST /auth/reauthenticate': { password: 'wrong' },
  'PUT /users/me/password': { ...passwords, currentPassword: 'wrong' },
  'POST /auth/social/link': { password: 'wrong' },
}

async function attempt(fixture: Fixture, route: string, limit: LimitName): Promise<TestRequest> {
  const isTotp = limit === 'totpPerHour' || limit === 'totpPerDay'
  if (isTotp && route !== 'POST /auth/second-factor') {
    await enrolled(fixture)
    return { ...asEve(fixture), body: { totp: '000000' } }
  }
  if (route === 'POST /auth/social/link' && (limit === 'codePerEmail' || limit === 'codeTries'))
    return { body: await wrongSocialCode(fixture) }
  if (route === 'POST /auth/reauthenticate' && (limit === 'codePerEmail' || limit === 'codeTries')) {
    const { headers } = await validRequest('POST /auth/reauthenticate/email', fixture)
    return { ...(headers && { headers }), body: { code: '000000' } }
  }
  const request = await validRequest(route, fixture)
  if (isTotp) return { ...request, body: { ...(request.body as object), totp: '000000' } }
  return { ...request, ...(wrong[route] && { body: { ...(request.body as object), ...wrong[route] } }) }
}

/** Sends a request twice, under a limit of one. */
async function twice(fixture: Fixture, route: string, limit: LimitName): Promise<TestAnswer> {
  const request = await attempt(fixture, route, limit)
  const services = limited(fixture.services, { [limit]: { most: 1, seconds: limits[limit].seconds } })
  const api = gateway(services)
  // A success may outdate the access token of the second request.
  if (limit === 'factorChangesPerUser') await services.rateLimiter.hasLeft(limit, fixture.userId)
  else await api(route, request)
  return api(route, request)
}

/** What the authorizer refuses is answered by API Gateway itself, which knows no codes. */
const isOfGateway = (code: RefusalCode, { access }: Contract) =>
  code === 'unauthorized' || (code === 'untrusted_proxy' && access !== 'public')

/** A user who is logged in does not fail a login: then the answer alone says that something is missing. */
const eventOf = (code: RefusalCode, { access }: Contract): string | undefined => {
  const event = (refusalEvents as Partial<Record<RefusalCode, string>>)[code]
  return access !== 'public' && event?.startsWith('login.') ? undefined : event
}

/** The document itself is no example of itself. */
const shortened = (body: any) =>
  body?.openapi ? { openapi: body.openapi, info: { title: body.info.title } } : body

const recorder = exampleRecorder()
const routes = Object.keys(validRequests)

describe('the valid requests of tools/testing/fixtures.ts', () => {
  it('are one for each route', async () => {
    const found = (await registry())
      .filter(isRoute)
      .map(({ contract }) => `${contract.method} ${contract.path}`)
    expect(routes.toSorted()).toEqual(found.sort())
  })
})

describe.each(routes)('%s', (route) => {
  it('answers every success that its contract promises, and no other', async () => {
    const { operationId, responses } = await contractOf(route)
    const promised = new Set(Object.keys(responses).map(Number))
    const answers = [await ask(await makeFixture(), route)]
    if (promised.size > 1) {
      const fixture = await makeFixture()
      answers.push(await ask(fixture, route, {}, under(fixture, { requireVerifiedEmail: true })))
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(promised)
    for (const { status, body } of answers) recorder.add(operationId, status, shortened(body))
  })

  it('answers every refusal that its contract promises with its status and code, and logs its event', async () => {
    const contract = await contractOf(route)
    const codes = [...refusalsOf(contract)].filter((code) => code !== 'too_many_attempts')
    expect(codes.length).toBeGreaterThan(0)
    for (const code of codes) {
      const cause = special[route]?.[code] ?? implied(contract, route)[code]
      if (!cause) throw new Error(`contracts.test.ts does not know how to cause ${code} at ${route}`)
      const { result, entries } = await capturedLog(async () => cause(await makeFixture()))
      expect([code, result.status]).toEqual([code, errors[code].status])
      if (isOfGateway(code, contract)) recorder.addOfGateway(code, result.body)
      else {
        expect(result.body.code).toBe(code)
        recorder.add(contract.operationId, code, result.body)
      }
      const event = eventOf(code, contract)
      const types = entries.map(({ type }) => type)
      if (event) expect([code, types]).toEqual([code, expect.arrayContaining([event])])
    }
  })

  it('answers a fault of the service with 500', async () => {
    const { operationId, access } = await contractOf(route)
    const fixture = await makeFixture()
    const { status, body } = await ask(fixture, route, {}, gateway(fixture.services, { handlers: {} }))
    expect([status, body.code]).toEqual([500, 'internal_error'])
    recorder.add(operationId, 'internal_error', body)
    if (access === 'public') return
    const denylist = { ...fixture.services.denylist, denies: unavailable }
    const undecided = await ask(fixture, route, {}, gateway({ ...fixture.services, denylist }))
    expect(undecided.status).toBe(500)
    recorder.addOfGateway('internal_error', undecided.body)
  })

  it('answers a token that expired after the authorizer with 401, if it is protected', async () => {
    const { operationId, access } = await contractOf(route)
    if (access === 'public') return
    const fixture = await makeFixture()
    const clock = { ...fixture.services.clock, now: () => fixture.services.clock.now() + 86_400 }
    const handlers = { ...fixture.services, clock }
    const { status, body } = await ask(fixture, route, {}, gateway(fixture.services, { handlers }))
    expect([status, body.code]).toEqual([401, 'unauthorized'])
    recorder.add(operationId, 'unauthorized', body)
  })

  it('answers 429 with Retry-After at each of its limits, except where that would reveal an account', async () => {
    const contract = await contractOf(route)
    for (const limit of limitsOf(contract)) {
      const fixture = await makeFixture()
      const { per, seconds } = limits[limit]
      const cause = special[route]?.too_many_attempts ?? (() => twice(fixture, route, limit))
      const { status, body, headers } = await cause(fixture)
      if (per === 'mailbox' || per === 'code') {
        expect([limit, status]).not.toEqual([limit, 429])
        continue
      }
      expect([limit, status, body.code]).toEqual([limit, 429, 'too_many_attempts'])
      recorder.add(contract.operationId, 'too_many_attempts', body)
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(seconds)
    }
  })
})

describe('the examples of the API reference', () => {
  const file = 'functions/openapi-examples.json'
  const advice =
    'If this change is intended: UPDATE_EXAMPLES=1 npx jest functions/contracts && npm run generate'

  it('are the answers that these tests received', async () => {
    if (process.env.UPDATE_EXAMPLES) await writeFile(file, recorder.text())
    if ((await readFile(file, 'utf8')) !== recorder.text())
      throw new Error(`${file} is not what was received. ${advice}`)
  })
})

describe('the limits', () => {
  it('are each named by a contract', async () => {
    // functions/mail/budget.test.ts tests those of the mail function.
    const entries = (await registry()).filter((entry) => isRoute(entry) || isStream(entry))
    const named = new Set<LimitName>(entries.flatMap(({ contract }) => limitsOf(contract)))
    expect([...named].sort()).toEqual(Object.keys(limits).sort())
  })
})

describe('the operation ids', () => {
  it('are camel case, and each stands once', async () => {
    const ids = (await registry()).filter(isRoute).map(({ contract }) => contract.operationId)
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([])
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })
})
