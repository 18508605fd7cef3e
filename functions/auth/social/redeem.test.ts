import type { SocialResult } from '../../../lib/domain/social-ports.ts'
import { hashOfSecret } from '../../../lib/domain/social-secrets.ts'
import { enrolTotp } from '../../../tools/testing/enrolments.ts'
import { gateway, type TestAnswer } from '../../../tools/testing/gateway.ts'
import { withIdentity } from '../../../tools/testing/identities.ts'
import { codeFor, googleOf, linkWith, logInWith, mailedCode } from '../../../tools/testing/social-logins.ts'
import { delivered } from '../../../tools/testing/test-mail.ts'
import { testServices } from '../../../tools/testing/test-services.ts'
import { ada, bearer, eve, fromApp, logIn, mailTo, signedUp } from '../../../tools/testing/test-users.ts'

/** Ada has an account, whose email is confirmed unless said otherwise. */
async function withAda({ confirmed = true, change = {} as Parameters<typeof testServices>[0] } = {}) {
  const services = testServices(change)
  const api = gateway(services)
  const { id } = (await signedUp(api)).body.user
  await delivered(services)
  if (confirmed) {
    const { token } = mailTo(services, ada.email, 'verify_email')
    await api('POST /auth/email/verify', { body: { token } })
  }
  const account = async () => {
    const found = await services.users.findById(id)
    if (!found) throw new Error('Ada has no account')
    return found
  }
  const redeem = async (change: Partial<SocialResult>, identity = googleOf(ada)) =>
    api('POST /auth/social/redeem', { body: await codeFor(services, identity, change) })
  return { services, api, id, account, redeem, google: googleOf(ada) }
}
const refused = (status: number, code: string) => ({ status, body: { code } })
const invalidCode = refused(400, 'invalid_code')
const claimsOf = ({ body }: TestAnswer) =>
  JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())

describe('rule 1: an identity is issuer and subject', () => {
  it('so a later change of the provider’s email changes nothing here', async () => {
    const { services, api } = await withAda()
    const first = await logInWith(api, services, googleOf(eve))
    const later = googleOf(eve, { email: ada.email, name: 'Somebody else' })
    const second = await logInWith(api, services, later)
    expect(second.body.user).toEqual(first.body.user)
    expect(await services.users.findByEmail(eve.email)).toMatchObject({ identities: 1 })
  })

  it('so the same subject of another issuer, and an email without an identity, are nobody', async () => {
    const { services, api } = await withAda()
    const { body } = await logInWith(api, services, googleOf(eve))
    for (const change of [{ issuer: 'https://evil.example' }, { subject: 'another' }]) {
      const other = await logInWith(api, services, googleOf(eve, { ...change, email: undefined }))
      expect(other).toMatchObject(refused(403, 'email_required'))
    }
    expect(body.user.email).toBe(eve.email)
  })
})

describe('the code that comes back', () => {
  it('is spent by a wrong verifier: a stolen code is of no use, and no second guess is possible', async () => {
    const { services, api } = await withAda()
    const { code, codeVerifier } = await codeFor(services, googleOf(eve))
    const stolen = { code, codeVerifier: 'x'.repeat(43) }
    expect(await api('POST /auth/social/redeem', { body: stolen })).toMatchObject(invalidCode)
    expect(await api('POST /auth/social/redeem', { body: { code, codeVerifier } })).toMatchObject(invalidCode)
    expect(services.tables.accounts.size).toBe(1)
  })

  it('is good for one request of fifty at once, and for a minute', async () => {
    const { services, api, redeem } = await withAda()
    const body = await codeFor(services, googleOf(eve))
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api('POST /auth/social/redeem', { body })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await redeem({ expiresAt: services.clock.now() })).toMatchObject(invalidCode)
  })

  it('of a link is refused as a login, and the code of a login as a link', async () => {
    const { services, api, id, account, redeem, google } = await withAda()
    const { sessionVersion } = await account()
    const owner = { userId: id, sessionVersion }
    expect(await redeem({ purpose: 'link', owner })).toMatchObject(invalidCode)
    expect(await redeem({ purpose: 'reauthentication', owner })).toMatchObject(invalidCode)
    const headers = bearer(await logIn(api))
    for (const purpose of ['login', 'reauthentication'] as const) {
      const body = await codeFor(services, google, { purpose, owner })
      expect(await api('POST /users/me/identities', { headers, body })).toMatchObject(invalidCode)
    }
    expect(services.tables.identities.size).toBe(0)
  })

  it('is not spent while there is no signing key', async () => {
    const { services, api } = await withAda()
    const body = await codeFor(services, googleOf(eve))
    const ready = () => Promise.reject(new Error('no key'))
    const noKey = gateway({ ...services, accessTokenIssuer: { ...services.accessTokenIssuer, ready } })
    expect((await noKey('POST /auth/social/redeem', { body })).status).toBe(500)
    expect((await api('POST /auth/social/redeem', { body })).status).toBe(200)
  })

  it('sets no cookie for a page of another origin (login CSRF), which may also not spend it', async () => {
    const { services, api } = await withAda()
    const body = await codeFor(services, googleOf(eve))
    const foreign = { body, headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } }
    const answer = await api('POST /auth/social/redeem', foreign)
    expect(answer).toMatchObject({ ...refused(403, 'origin_not_allowed'), cookies: [] })
    const own = await api('POST /auth/social/redeem', { body, headers: fromApp })
    expect(own).toMatchObject({ status: 200, cookies: [expect.stringMatching(/^__Host-cardea_refresh=/)] })
  })
})

describe('rule 2: a verified email that no account has', () => {
  it('opens an account: confirmed, without a password, in the language of the browser', async () => {
    const { services, api } = await withAda()
    const body = { ...(await codeFor(services, googleOf(eve))), transport: 'body' }
    const answer = await api('POST /auth/social/redeem', { body, headers: { 'accept-language': 'fr' } })
    expect(answer).toMatchObject({
      status: 200,
      body: { user: { email: eve.email, name: `${eve.name} of Google`, emailVerified: true, locale: 'fr' } },
    })
    expect(await services.users.findByEmail(eve.email)).toMatchObject({ passwordHash: '', identities: 1 })
    expect((await logIn(api, 'body', eve)).status).toBe(401)
    expect(await api('GET /users/me/identities', { headers: bearer(answer) })).toMatchObject({
      body: { identities: [{ provider: 'google', accountName: eve.email }] },
    })
  })

  it.each([undefined, '', '\u202e', 'x'.repeat(101)])('has an empty name for the name %j', async (name) => {
    const { services, api } = await withAda()
    const { body } = await logInWith(api, services, googleOf(eve, { name }))
    expect(body.user.name).toBe('')
  })

  it('opens one account for two identities at once; the other one must prove it', async () => {
    const { services, api } = await withAda()
    const github = googleOf(eve, { provider: 'github', issuer: 'https://github.com', subject: '7' })
    const answers = await Promise.all([
      logInWith(api, services, googleOf(eve)),
      logInWith(api, services, github),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    expect(answers.find(({ status }) => status === 403)?.body.code).toBe('link_required')
  })

  it('opens one account for one identity that comes twice at once', async () => {
    const { services, api } = await withAda()
    const answers = await Promise.all([1, 2, 3].map(() => logInWith(api, services, googleOf(eve))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1)
  })

  it('opens no session for an identity that is unlinked between the reads of it and of its account', async () => {
    const { services, account } = await withAda()
    const identity = await withIdentity(services, (await account()).id, googleOf(ada))
    const find: typeof services.identities.find = async (id) => {
      const { identity: found } = await services.identities.find(id)
      if (!found) return { identity: undefined, account: undefined }
      const removed = await services.users.change(await account(), {
        identities: 0,
        identityWrites: { removes: [identity] },
        endsSessions: true,
        deniedUntil: 0,
      })
      expect(removed).toMatchObject({ identities: 0 })
      return { identity: found, account: await account() }
    }
    const racing = gateway({ ...services, identities: { ...services.identities, find } })
    const answer = await logInWith(racing, services, googleOf(ada))
    expect(answer).toMatchObject(refused(403, 'link_required'))
    expect(services.tables.sessions.size).toBe(0)
  })

  it('is refused alike for every address where sign-up is closed, and known identities still log in', async () => {
    const { services, api } = await withAda()
    await logInWith(api, services, googleOf(eve))
    const closed = gateway({ ...services, policy: { ...services.policy, signUp: 'closed' } })
    const stranger = { email: 'grace@example.com', name: 'Grace' }
    expect(await logInWith(closed, services, googleOf(stranger))).toMatchObject(refused(403, 'signup_closed'))
    expect((await logInWith(closed, services, googleOf(eve))).status).toBe(200)
    const known = await closed('POST /auth/signup', { body: ada })
    const unknown = await closed('POST /auth/signup', { body: { ...ada, email: stranger.email } })
    const { requestId: _, ...one } = known.body
    const { requestId: __, ...other } = unknown.body
    expect([known.status, one]).toEqual([unknown.status, other])
    expect(one.code).toBe('signup_closed')
  })
})

describe('rule 2: the takeover of an unconfirmed account (pre-account hijacking)', () => {
  it('leaves a stranger who signed up with the address no way in: password, factor, session, code, name, language', async () => {
    // Without mail, a stranger can use an account, and even add a factor.
    const { services, api, id, google, account } = await withAda({ confirmed: false })
    const noMail = gateway({ ...services, policy: { ...services.policy, sendsMail: false } })
    const stranger = await enrolTotp(noMail, services, await logIn(api))
    await api('POST /auth/password/forgot', { body: { email: ada.email } })
    await delivered(services)
    const { token } = mailTo(services, ada.email, 'reset_password')

    const owner = await api('POST /auth/social/redeem', {
      headers: { 'accept-language': 'fr' },
      body: { ...(await codeFor(services, google)), transport: 'body' },
    })
    expect(owner).toMatchObject({ status: 200, body: { user: { id, name: google.name, locale: 'fr' } } })
    expect(await account()).toMatchObject({
      emailVerified: true,
      passwordHash: '',
      locale: 'fr',
      identities: 1,
      factors: { totp: false, passkeys: 0 },
    })
    expect((await api('GET /users/me', { headers: bearer(stranger.login) })).status).toBe(401)
    const { refreshToken } = stranger.login.body
    expect((await api('POST /auth/refresh', { body: { refreshToken } })).status).toBe(401)
    expect((await logIn(api)).status).toBe(401)
    const reset = { token, newPassword: 'the password of a stranger' }
    expect((await api('POST /auth/password/reset', { body: reset })).status).toBe(400)
    expect((await api('GET /users/me', { headers: bearer(owner) })).status).toBe(200)
  })

  it('cannot be prepared with an identity: an unconfirmed account links none', async () => {
    const { services, api, id, account } = await withAda({ confirmed: false })
    const headers = bearer(await logIn(api))
    const { sessionVersion } = await account()
    const change = { purpose: 'link' as const, owner: { userId: id, sessionVersion } }
    const body = await codeFor(services, googleOf(eve), change)
    const answer = await api('POST /users/me/identities', { headers, body })
    expect(answer).toMatchObject(refused(403, 'email_not_verified'))
  })

  it('ends an auth session that a stranger has begun', async () => {
    const { services, api, google } = await withAda({ confirmed: false })
    const strict = gateway({ ...services, policy: { ...services.policy, secondFactorFor: 'all' } })
    const { authSession } = (await logIn(strict)).body
    await logInWith(api, services, google)
    const answer = await strict('POST /auth/second-factor/totp', { body: { authSession } })
    expect(answer).toMatchObject(refused(400, 'invalid_auth_session'))
  })

  it('does not happen to a disabled account', async () => {
    const { services, api, google, account } = await withAda({ confirmed: false })
    await services.users.change(await account(), { status: 'disabled', endsSessions: true, deniedUntil: 0 })
    expect(await logInWith(api, services, google)).toMatchObject(refused(403, 'account_disabled'))
    expect(await account()).toMatchObject({ emailVerified: false, identities: 0 })
  })
})

describe('an account that changes between the callback and the redemption', () => {
  it.each(['login', 'mailed code'] as const)('is not opened once it is disabled: %s', async (way) => {
    const { services, api, google, account } = await withAda()
    const { linkSession } = (await logInWith(api, services, google)).body
    if (way === 'login') await linkWith(api, linkSession, { password: ada.password })
    const code = way === 'login' ? '' : await mailedCode(api, services, linkSession)
    const body = { ...(await codeFor(services, google)), transport: 'body' }
    await services.users.change(await account(), { status: 'disabled', endsSessions: true, deniedUntil: 0 })
    if (way === 'login')
      expect(await api('POST /auth/social/redeem', { body })).toMatchObject(refused(403, 'account_disabled'))
    else
      expect(await linkWith(api, linkSession, { code })).toMatchObject(refused(400, 'invalid_link_session'))
  })

  it('opens a new account once it is deleted', async () => {
    const { services, api, google, id } = await withAda()
    const { linkSession } = (await logInWith(api, services, google)).body
    const login = await linkWith(api, linkSession, { password: ada.password })
    const body = { ...(await codeFor(services, google)), transport: 'body' }
    expect((await api('DELETE /users/me', { headers: bearer(login) })).status).toBe(204)
    const answer = await api('POST /auth/social/redeem', { body })
    expect([answer.status, answer.body.user.id === id]).toEqual([200, false])
    expect(services.tables.identities.size).toBe(1)
  })
})

describe('rule 5: what a social login proves', () => {
  it('is `social` alone, and fresh only by the time that the provider states', async () => {
    const { services, api } = await withAda()
    const unknown = await logInWith(api, services, googleOf(eve))
    expect(claimsOf(unknown)).toMatchObject({ amr: ['social'], acr: 'aal1', auth_time: 0 })
    const stale = await api('GET /users/me/export', { headers: bearer(unknown) })
    expect(stale).toMatchObject(refused(401, 'reauthentication_required'))
    const now = services.clock.now()
    const stated = await logInWith(api, services, googleOf(eve, { authTime: now - 60 }))
    expect(claimsOf(stated).auth_time).toBe(now - 60)
    expect((await api('GET /users/me/export', { headers: bearer(stated) })).status).toBe(200)
    const future = await logInWith(api, services, googleOf(eve, { authTime: now + 9000 }))
    expect(claimsOf(future).auth_time).toBe(now)
  })

  it('is no second factor: it is asked for after each social login, and makes it fresh', async () => {
    const { services, api, google } = await withAda()
    const { linkSession } = (await logInWith(api, services, google)).body
    const linked = await linkWith(api, linkSession, { password: ada.password })
    const { code } = await enrolTotp(api, services, linked)
    const answer = await logInWith(api, services, googleOf(ada, { authTime: services.clock.now() }))
    expect(answer).toMatchObject(refused(403, 'second_factor_required'))
    expect(answer.body).not.toHaveProperty('accessToken')
    const { authSession } = answer.body
    const body = { authSession, totp: code(), transport: 'body' }
    const proven = await api('POST /auth/second-factor', { body })
    const now = services.clock.now()
    expect(claimsOf(proven)).toMatchObject({ amr: ['social', 'otp', 'mfa'], acr: 'aal2', auth_time: now })
  })

  it('never has the code, the verifier or the link session in the store', async () => {
    const { services, api, google } = await withAda()
    const { code, codeVerifier } = await codeFor(services, google)
    const { linkSession } = (await logInWith(api, services, google)).body
    const stored = JSON.stringify([
      ...services.tables.results.values(),
      ...services.tables.linkSessions.values(),
    ])
    for (const secret of [code, codeVerifier, linkSession]) expect(stored).not.toContain(secret)
    expect(stored).toContain(hashOfSecret(code))
  })
})
