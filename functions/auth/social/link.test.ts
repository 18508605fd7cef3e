import { limits } from '../../../lib/domain/limits.ts'
import { enrolTotp } from '../../../tools/testing/enrolments.ts'
import { type Gateway, gateway, type TestAnswer } from '../../../tools/testing/gateway.ts'
import { withIdentity } from '../../../tools/testing/identities.ts'
import { codeFor, googleOf, linkWith, logInWith, mailedCode } from '../../../tools/testing/social-logins.ts'
import { delivered } from '../../../tools/testing/test-mail.ts'
import { limited, type TestServices, testServices } from '../../../tools/testing/test-services.ts'
import { ada, bearer, eve, logIn, mailTo, signedUp } from '../../../tools/testing/test-users.ts'
import { totpCode } from '../../../tools/testing/totp-codes.ts'

/** A person with a confirmed account. */
async function confirmed(api: Gateway, services: TestServices, person = ada): Promise<string> {
  const { id } = (await signedUp(api, person)).body.user
  await delivered(services)
  const { token } = mailTo(services, person.email, 'verify_email')
  await api('POST /auth/email/verify', { body: { token } })
  return id
}

/** Ada logs in with Google for the first time: the email is hers, so she must prove the account. */
async function required(change: Parameters<typeof testServices>[0] = {}) {
  const services = testServices(change)
  const api = gateway(services)
  const id = await confirmed(api, services)
  const google = googleOf(ada)
  const asked = await logInWith(api, services, google)
  const account = async () => {
    const found = await services.users.findById(id)
    if (!found) throw new Error('Ada has no account')
    return found
  }
  return { services, api, id, account, google, asked, linkSession: asked.body.linkSession as string }
}
const refused = (status: number, code: string) => ({ status, body: { code } })
const ended = refused(400, 'invalid_link_session')
const invalidCode = refused(400, 'invalid_code')
const claimsOf = ({ body }: TestAnswer) =>
  JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
const others = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('rule 2: the verified email of a confirmed account', () => {
  it('links nothing by itself: the answer says whose account it is, and what proves it', async () => {
    const { services, asked } = await required()
    expect(asked).toMatchObject({
      status: 403,
      body: { code: 'link_required', email: ada.email, expiresIn: 600, proofs: ['password', 'code'] },
    })
    expect(services.tables.identities.size).toBe(0)
  })

  it('is linked by the password, once, and then logs in', async () => {
    const { services, api, google, linkSession } = await required()
    const before = await logIn(api)
    expect(await linkWith(api, linkSession, { password: 'wrong' })).toMatchObject(
      refused(401, 'invalid_credentials'),
    )
    const linked = await linkWith(api, linkSession, { password: ada.password })
    expect(claimsOf(linked)).toMatchObject({ amr: ['pwd', 'social'], auth_time: services.clock.now() })
    expect((await api('GET /users/me', { headers: bearer(linked) })).status).toBe(200)
    expect(await linkWith(api, linkSession, { password: ada.password })).toMatchObject(ended)
    expect((await logInWith(api, services, google)).status).toBe(200)
    // Rule 4: a link moves both versions.
    expect((await api('GET /users/me', { headers: bearer(before) })).status).toBe(401)
    const { refreshToken } = before.body
    expect((await api('POST /auth/refresh', { body: { refreshToken } })).status).toBe(401)
    expect((await logIn(api)).status).toBe(200)
  })

  it('is linked by the digits of a mail that names the provider and the provider account', async () => {
    const { services, api, linkSession } = await required()
    const code = await mailedCode(api, services, linkSession)
    expect(mailTo(services, ada.email, 'social_code')).toEqual({
      kind: 'social_code',
      code,
      minutes: 10,
      provider: 'Google',
      accountName: ada.email,
    })
    const linked = await linkWith(api, linkSession, { code })
    expect(claimsOf(linked)).toMatchObject({ amr: ['email', 'social'], acr: 'aal1' })
    expect(await linkWith(api, linkSession, { code })).toMatchObject(ended)
    // The password and the sessions of a confirmed account are its owner's.
    expect((await logIn(api)).status).toBe(200)
  })

  it('uses up the account’s own budget of passwords', async () => {
    const { linkSession, services } = await required()
    const strict = gateway(limited(services, { loginFailures: limits.loginFailures }))
    for (let time = 0; time < 5; time++) await linkWith(strict, linkSession, { password: 'wrong' })
    const right = { password: ada.password }
    expect(await linkWith(strict, linkSession, right)).toMatchObject(refused(429, 'too_many_attempts'))
    expect(await logIn(strict)).toMatchObject(refused(429, 'too_many_attempts'))
  })

  it('is linked to one account only, when two people prove theirs at once', async () => {
    const { services, api, google, linkSession } = await required()
    await confirmed(api, services, eve)
    // The provider has changed the email of its account meanwhile.
    const { linkSession: other } = (await logInWith(api, services, { ...google, email: eve.email })).body
    const answers = await Promise.all([
      linkWith(api, linkSession, { password: ada.password }),
      linkWith(api, other, { password: eve.password }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('identity_taken')
    expect(services.tables.identities.size).toBe(1)
  })
})

describe('a link session', () => {
  it.each(['password', 'code'] as const)('ends once its account has changed: %s', async (proof) => {
    const { services, api, linkSession } = await required()
    const code = await mailedCode(api, services, linkSession)
    const newPassword = 'a new and longer password'
    const body = { currentPassword: ada.password, newPassword }
    await api('PUT /users/me/password', { headers: bearer(await logIn(api)), body })
    const proofs = { password: { password: newPassword }, code: { code } }
    expect(await linkWith(api, linkSession, proofs[proof])).toMatchObject(ended)
    expect(services.tables.identities.size).toBe(0)
  })

  it('ends once its account has another email, or is gone', async () => {
    for (const change of ['email', 'deletion']) {
      const { services, api, id, linkSession } = await required()
      const account = services.tables.accounts.get(id)
      if (!account) throw new Error('Ada has no account')
      if (change === 'email') services.tables.accounts.set(id, { ...account, email: 'king@example.com' })
      else services.tables.accounts.delete(id)
      expect(await linkWith(api, linkSession, { password: ada.password })).toMatchObject(ended)
    }
  })

  it('ends after ten minutes, with its digits', async () => {
    const { services, api, linkSession } = await required()
    services.clock.advance(300)
    const code = await mailedCode(api, services, linkSession)
    expect(mailTo(services, ada.email, 'social_code').minutes).toBe(5)
    services.clock.advance(300)
    expect(await linkWith(api, linkSession, { code })).toMatchObject(ended)
    expect(await linkWith(api, linkSession, { password: ada.password })).toMatchObject(ended)
    const late = await api('POST /auth/social/email', { body: { linkSession } })
    expect(late).toMatchObject(ended)
  })

  it('gives no cookie to a page of another origin (login CSRF)', async () => {
    const { api, linkSession } = await required()
    const body = { linkSession, password: ada.password }
    const headers = { origin: 'https://evil.example' }
    const answer = await api('POST /auth/social/link', { body, headers })
    expect(answer).toMatchObject({ ...refused(403, 'origin_not_allowed'), cookies: [] })
    expect((await api('POST /auth/social/link', { body })).status).toBe(200)
  })

  it('without an account takes no password and no passkey', async () => {
    const { services, api } = await required()
    const { linkSession } = (await logInWith(api, services, googleOf(eve, { email: undefined }))).body
    const answer = await linkWith(api, linkSession, { password: ada.password })
    expect(answer).toMatchObject(refused(400, 'invalid_request'))
  })
})

describe('rule 3: digits by mail', () => {
  it('are good only with the link session that asked: the owner’s digits serve no stranger’s flow', async () => {
    const { services, api, linkSession } = await required()
    // A stranger with a provider account of their own asks for digits to Ada’s address, and Ada has a flow of her own.
    const stranger = googleOf(eve, { email: undefined })
    const { linkSession: foreign } = (await logInWith(api, services, stranger)).body
    await mailedCode(api, services, foreign, ada.email)
    const code = await mailedCode(api, services, linkSession)
    expect(await linkWith(api, foreign, { code })).toMatchObject(invalidCode)
    expect(services.tables.identities.size).toBe(0)
    expect((await linkWith(api, linkSession, { code })).status).toBe(200)
  })

  it('come without any link that a click could confirm', async () => {
    const { services, api, linkSession } = await required()
    await mailedCode(api, services, linkSession)
    expect(mailTo(services, ada.email, 'social_code')).not.toHaveProperty('token')
  })

  it('name no provider account that could carry a message', async () => {
    const { services, api } = await required()
    const accountName = 'You have won, see evil.example/now'
    const stranger = googleOf(eve, { email: undefined, accountName })
    const { linkSession } = (await logInWith(api, services, stranger)).body
    await mailedCode(api, services, linkSession, ada.email)
    expect(mailTo(services, ada.email, 'social_code').accountName).toBeUndefined()
  })

  it('are void after 5 attempts, and 10 an hour can be tried for an address, whatever the link session', async () => {
    const { services, api } = await required()
    const strict = gateway(
      limited(services, { codeTries: limits.codeTries, codePerEmail: limits.codePerEmail }),
    )
    const codes: (string | undefined)[] = []
    for (let session = 0; session < 3; session++) {
      const identity = googleOf(eve, { email: undefined, subject: `${session}` })
      const { linkSession } = (await logInWith(api, services, identity)).body
      const code = await mailedCode(api, services, linkSession, ada.email)
      for (let time = 0; time < 5; time++)
        codes.push((await linkWith(strict, linkSession, { code: others(code) })).body.code)
      if (session === 0) codes.push((await linkWith(strict, linkSession, { code })).body.code)
    }
    const wrong = (many: number) => Array<string>(many).fill('invalid_code')
    expect(codes).toEqual([...wrong(10), ...Array<string>(6).fill('too_many_attempts')])
  })

  it('cannot be tried for an address whose budget was not counted, by a change of the address in between', async () => {
    const { services, api } = await required()
    const { linkSession } = (await logInWith(api, services, googleOf(eve, { email: undefined }))).body
    await mailedCode(api, services, linkSession, 'own@example.com')
    const code = await mailedCode(api, services, linkSession, ada.email)
    const [stored] = [...services.tables.linkSessions.values()].filter((each) => each.code)
    if (!stored?.code) throw new Error('There is no code')
    const findLinkSession = async () =>
      ({ ...stored, code: { ...stored.code, email: 'own@example.com' } }) as never
    const racing = gateway({ ...services, social: { ...services.social, findLinkSession } })
    expect(await linkWith(racing, linkSession, { code })).toMatchObject(invalidCode)
  })

  it('are answered alike whether the address has an account or not', async () => {
    const { services, api } = await required()
    const { linkSession } = (await logInWith(api, services, googleOf(eve, { email: undefined }))).body
    const answers = [ada.email, 'unknown@example.com'].map((email) =>
      api('POST /auth/social/email', { body: { linkSession, email } }),
    )
    expect((await Promise.all(answers)).map(({ status, body }) => [status, body])).toEqual([
      [202, undefined],
      [202, undefined],
    ])
  })

  it('are limited by address and by email', async () => {
    const { services, api, linkSession } = await required()
    const strict = gateway(limited(services, { emailLoginPerEmail: limits.emailLoginPerEmail }))
    const body = { linkSession }
    const statuses = []
    for (let time = 0; time < 4; time++)
      statuses.push((await strict('POST /auth/social/email', { body })).status)
    expect(statuses).toEqual([202, 202, 202, 429])
    const byIp = gateway(limited(services, { emailLoginPerIp: { most: 1, seconds: 60 } }))
    await byIp('POST /auth/social/email', { body: { linkSession, email: 'one@example.com' } })
    const second = { linkSession, email: 'two@example.com' }
    expect((await byIp('POST /auth/social/email', { body: second })).status).toBe(429)
    expect((await api('POST /auth/social/email', { body: {} })).status).toBe(400)
  })
})

describe('rule 2: without a verified email', () => {
  const unverified = googleOf(eve, { email: undefined })
  const waiting = async (change: Parameters<typeof testServices>[0] = {}) => {
    const fixture = await required(change)
    const asked = await logInWith(fixture.api, fixture.services, unverified)
    return { ...fixture, asked, linkSession: asked.body.linkSession as string }
  }

  it('an email is proven first: a free one opens an account, in the language of the request for digits', async () => {
    const { services, api, asked, linkSession } = await waiting()
    expect(asked).toMatchObject({ status: 403, body: { code: 'email_required', expiresIn: 600 } })
    expect(asked.body).not.toHaveProperty('email')
    const code = await mailedCode(api, services, linkSession, eve.email)
    const opened = await linkWith(api, linkSession, { code })
    const user = { email: eve.email, emailVerified: true }
    expect(opened).toMatchObject({ status: 200, body: { user } })
    expect((await logInWith(api, services, unverified)).body.user.id).toBe(opened.body.user.id)
  })

  it('digits to a confirmed account link it, and to an unconfirmed one take it over', async () => {
    const first = await waiting()
    const code = await mailedCode(first.api, first.services, first.linkSession, ada.email)
    expect((await linkWith(first.api, first.linkSession, { code })).body.user.id).toBe(first.id)
    expect((await logIn(first.api)).status).toBe(200)

    const { services, api, linkSession } = await waiting()
    const stranger = (await signedUp(api, eve)).body.user
    const digits = await mailedCode(api, services, linkSession, eve.email)
    const owner = await linkWith(api, linkSession, { code: digits })
    expect(owner.body.user).toMatchObject({ id: stranger.id, name: unverified.name })
    expect((await logIn(api, 'body', eve)).status).toBe(401)
  })

  it('an address in its undo window counts as taken', async () => {
    const { services, api, linkSession } = await waiting()
    const body = { newEmail: 'thief@example.com' }
    await api('PUT /users/me/email', { headers: bearer(await logIn(api)), body })
    await delivered(services)
    const { token } = mailTo(services, body.newEmail, 'verify_new_email')
    await api('POST /auth/email/verify', { body: { token } })
    const again = await logInWith(api, services, googleOf(ada, { subject: 'new' }))
    expect(again).toMatchObject(refused(403, 'email_required'))
    const code = await mailedCode(api, services, linkSession, ada.email)
    expect(await linkWith(api, linkSession, { code })).toMatchObject(refused(409, 'email_taken'))
    services.clock.advance(7 * 86_400)
    expect((await logInWith(api, services, googleOf(ada, { subject: 'new' }))).status).toBe(200)
  })

  it('mails no digits that could open nothing: where sign-up is closed, or for a disabled account', async () => {
    const { services, api, account, linkSession } = await waiting()
    const closed = { ...services, policy: { ...services.policy, signUp: 'closed' as const } }
    await api('POST /auth/social/email', { body: { linkSession, email: 'new@example.com' } })
    expect(await delivered(closed)).toEqual([])
    await services.users.change(await account(), { status: 'disabled', endsSessions: true, deniedUntil: 0 })
    await api('POST /auth/social/email', { body: { linkSession, email: ada.email } })
    expect(await delivered(services)).toEqual([])
  })

  it('mails no digits once no provider is left, and reads nothing that only they allow', async () => {
    const { services, api, linkSession } = await waiting()
    await api('POST /auth/social/email', { body: { linkSession, email: ada.email } })
    const reads = jest.spyOn(services.social, 'findLinkSession')
    expect(await delivered({ ...services, policy: { ...services.policy, providers: [] } })).toEqual([])
    expect(reads).not.toHaveBeenCalled()
    expect(await delivered(services)).toEqual([])
  })

  it.each(['new@example.com', 'disabled@example.com'])(
    'answers wrong digits for %s like those of an account, also at the limit of the address',
    async (email) => {
      const { services, api, linkSession } = await waiting()
      const id = await confirmed(api, services, { ...ada, email: 'disabled@example.com' })
      const found = await services.users.findById(id)
      if (!found) throw new Error('There is no account')
      await services.users.change(found, { status: 'disabled', endsSessions: true, deniedUntil: 0 })
      const closed = { ...services, policy: { ...services.policy, signUp: 'closed' as const } }
      const strict = gateway(limited(closed, { codePerEmail: { most: 1, seconds: 3600 } }))
      const answers = []
      for (const each of [ada.email, email]) {
        await api('POST /auth/social/email', { body: { linkSession, email: each } })
        await delivered(closed)
        for (const code of ['000000', '000001']) {
          const { status, body } = await linkWith(strict, linkSession, { code })
          answers.push([status, body.code])
        }
      }
      expect(answers.slice(2)).toEqual(answers.slice(0, 2))
      expect(answers.map(([status]) => status)).toEqual([400, 429, 400, 429])
    },
  )
})

describe('rule 5: the second factor of a linked account', () => {
  it('is asked for before the link, whatever proved the account', async () => {
    const { services, api, id, google } = await required()
    const { code: totp } = await enrolTotp(api, services, await logIn(api))
    for (const way of ['password', 'code'] as const) {
      const { linkSession } = (await logInWith(api, services, google)).body
      const proof =
        way === 'password'
          ? { password: ada.password }
          : { code: await mailedCode(api, services, linkSession) }
      const answer = await linkWith(api, linkSession, proof)
      expect(answer).toMatchObject(refused(403, 'second_factor_required'))
      expect(services.tables.identities.size).toBe(0)
      if (way === 'password') continue
      const body = { authSession: answer.body.authSession, totp: totp(), transport: 'body' }
      const linked = await api('POST /auth/second-factor', { body })
      expect(claimsOf(linked)).toMatchObject({ amr: ['email', 'social', 'otp', 'mfa'], acr: 'aal2' })
      expect((await api('GET /users/me', { headers: bearer(linked) })).status).toBe(200)
      expect([...services.tables.identities.values()]).toMatchObject([{ userId: id }])
    }
    expect(await logInWith(api, services, google)).toMatchObject(refused(403, 'second_factor_required'))
  })

  it('is asked for also where digits to a typed email proved the account', async () => {
    const { services, api } = await required()
    const { code: totp } = await enrolTotp(api, services, await logIn(api))
    const withoutEmail = googleOf(eve, { email: undefined })
    const { linkSession } = (await logInWith(api, services, withoutEmail)).body
    const code = await mailedCode(api, services, linkSession, ada.email)
    const answer = await linkWith(api, linkSession, { code })
    expect(answer).toMatchObject(refused(403, 'second_factor_required'))
    expect(services.tables.identities.size).toBe(0)
    const body = { authSession: answer.body.authSession, totp: totp(), transport: 'body' }
    expect((await api('POST /auth/second-factor', { body })).body.user.email).toBe(ada.email)
    expect(services.tables.identities.size).toBe(1)
  })

  it('is added with the link, where every account needs one', async () => {
    const { services, id, linkSession } = await required()
    const strict = gateway({ ...services, policy: { ...services.policy, secondFactorFor: 'all' } })
    const answer = await linkWith(strict, linkSession, { password: ada.password })
    expect(answer).toMatchObject(refused(403, 'second_factor_enrolment_required'))
    expect(services.tables.identities.size).toBe(0)
    const { authSession } = answer.body
    const { secret } = (await strict('POST /auth/second-factor/totp', { body: { authSession } })).body
    const body = { authSession, code: totpCode(secret, services.clock.now()), transport: 'body' }
    const linked = await strict('POST /auth/second-factor/totp/confirm', { body })
    expect((await strict('GET /users/me', { headers: bearer(linked) })).status).toBe(200)
    expect(await services.users.findById(id)).toMatchObject({ identities: 1, factors: { totp: true } })
  })

  it('links nothing to an account that has changed its email since it was proven', async () => {
    const { services, api, account, linkSession } = await required()
    const { code: totp } = await enrolTotp(api, services, await logIn(api))
    const again = (await logInWith(api, services, googleOf(ada))).body.linkSession
    expect(await linkWith(api, linkSession, { password: ada.password })).toMatchObject(ended)
    const code = await mailedCode(api, services, again)
    const { authSession } = (await linkWith(api, again, { code })).body
    const change = { email: 'king@example.com', emailMove: { now: services.clock.now() } }
    const moved = await services.users.change(await account(), {
      ...change,
      endsSessions: false,
      deniedUntil: 0,
    })
    expect(moved).toMatchObject({ email: change.email })
    const answer = await api('POST /auth/second-factor', { body: { authSession, totp: totp() } })
    expect(answer).toMatchObject({ body: { code: 'invalid_auth_session' } })
    expect(services.tables.identities.size).toBe(0)
  })

  it('links nothing of a provider that was removed since', async () => {
    const { services, api, google } = await required()
    const { code: totp } = await enrolTotp(api, services, await logIn(api))
    const linkSession = async () => (await logInWith(api, services, google)).body.linkSession
    const { authSession } = (await linkWith(api, await linkSession(), { password: ada.password })).body
    const waiting = await linkSession()
    await delivered(services)
    await api('POST /auth/social/email', { body: { linkSession: waiting } })
    const code = await codeFor(services, google)
    const left = services.policy.providers.filter(({ name }) => name !== google.provider)
    for (const providers of [left, []]) {
      const since = { ...services, policy: { ...services.policy, providers } }
      const without = gateway(since)
      const answer = await without('POST /auth/second-factor', { body: { authSession, totp: totp() } })
      expect(answer).toMatchObject(refused(400, 'invalid_auth_session'))
      expect(await delivered(since)).toEqual([])
      expect(await linkWith(without, waiting, { password: ada.password })).toMatchObject(ended)
      expect(await without('POST /auth/social/redeem', { body: code })).toMatchObject(invalidCode)
    }
    expect(services.tables.identities.size).toBe(0)
  })

  it('that waits for its proof links nothing that another account has got meanwhile', async () => {
    const { services, api, google } = await required()
    const { code: totp } = await enrolTotp(api, services, await logIn(api))
    const { linkSession } = (await logInWith(api, services, google)).body
    const { authSession } = (await linkWith(api, linkSession, { password: ada.password })).body
    const other = await confirmed(api, services, eve)
    await withIdentity(services, other, google)
    const answer = await api('POST /auth/second-factor', { body: { authSession, totp: totp() } })
    expect(answer).toMatchObject(refused(409, 'identity_taken'))
  })
})

describe('the flow of another person', () => {
  it('links nothing: its code belongs to the user and the session version that began it', async () => {
    const { services, api, account } = await required()
    const other = await confirmed(api, services, eve)
    const { sessionVersion } = await account()
    const headers = bearer(await logIn(api, 'body', ada))
    for (const owner of [
      { userId: other, sessionVersion },
      { userId: (await account()).id, sessionVersion: sessionVersion + 1 },
    ]) {
      const body = await codeFor(services, googleOf(eve), { purpose: 'link', owner })
      expect(await api('POST /users/me/identities', { headers, body })).toMatchObject(invalidCode)
    }
    expect(services.tables.identities.size).toBe(0)
  })
})
