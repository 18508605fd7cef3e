import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { KeyPath, Keys } from '../lib/crypto/keys.ts'
import { type TableNames, tables } from '../lib/domain/table-names.ts'
import { userTables } from '../lib/domain/user-data.ts'
import { userKey } from '../lib/storage/item-keys.ts'
import { allNeedsOf, isRoute, registry } from '../tools/generate/registry.ts'
import { authenticator } from '../tools/testing/authenticator.ts'
import { costOf, engineStores } from '../tools/testing/engine.ts'
import { enrolTotp } from '../tools/testing/enrolments.ts'
import type { TestRequest } from '../tools/testing/events.ts'
import { makeFixture, validRequest } from '../tools/testing/fixtures.ts'
import { type Gateway, gateway } from '../tools/testing/gateway.ts'
import { withIdentity } from '../tools/testing/identities.ts'
import { testKeys } from '../tools/testing/keys.ts'
import { atGoogle, grace, newFlow } from '../tools/testing/social-flows.ts'
import { codeFor } from '../tools/testing/social-logins.ts'
import { delivered } from '../tools/testing/test-mail.ts'
import { type TestServices, testServices } from '../tools/testing/test-services.ts'
import { ada, administrator, bearer, eve, logIn, mailTo, signedUp } from '../tools/testing/test-users.ts'
import { units } from '../tools/testing/units.ts'
import { contract as secondFactor } from './auth/second-factor.ts'
import { contract as authorizer } from './authorizer/access-token.ts'
import { contract as mailSend } from './mail/send.ts'

const started = async () => {
  const engine = await engineStores()
  const keyReads: string[] = []
  const services = testServices({ stores: engine, keys: recorded(keyReads) })
  const api = gateway(services)
  const refresh = (refreshToken: string) => api('POST /auth/refresh', { body: { refreshToken } })
  return {
    engine,
    services,
    api,
    refresh,
    keyReads,
    cost: (work: () => Promise<unknown>) => costOf(engine, work),
  }
}

/** Keys that record each read, as the path in SSM that it needs. */
function recorded(reads: string[]): Keys {
  const reading =
    <A extends readonly unknown[], T>(path: KeyPath, read: (...given: A) => Promise<T>) =>
    (...given: A) => {
      reads.push(`keys/${path}:GetParametersByPath`)
      return read(...given)
    }
  return {
    signingKey: reading('access/private', testKeys.signingKey),
    publicKeys: reading('access/public', testKeys.publicKeys),
    refreshKeys: reading('refresh', testKeys.refreshKeys),
    peppers: reading('pepper', testKeys.peppers),
    keyedHashKey: reading('keyed-hash', testKeys.keyedHashKey),
    factorKeys: reading('factors', testKeys.factorKeys),
    recoveryCodeKeys: reading('recovery-codes', testKeys.recoveryCodeKeys),
  }
}

describe('what a request costs in DynamoDB', () => {
  it('a login: the reserved attempts and the account, then the session and a reset', async () => {
    const { api, cost } = await started()
    await signedUp(api)
    const login = await cost(() => logIn(api))
    // What runs in parallel comes in no order.
    const calls = [0, 2, 4].map((start) => login.calls.slice(start, start + 2).sort())
    expect({ ...login, calls }).toEqual({
      calls: [
        ['sessions:UpdateItem', 'users:GetItem'],
        ['sessions:UpdateItem', 'users:GetItem'],
        ['sessions:DeleteItem', 'sessions:PutItem'],
      ],
      ...units.login,
    })
  })

  it('a login with an unknown email: the same as with a wrong password', async () => {
    const { api, cost } = await started()
    await signedUp(api)
    const wrong = await cost(() => logIn(api, 'body', { ...ada, password: 'wrong' }))
    expect(await cost(() => logIn(api, 'body', eve))).toEqual(wrong)
    expect(wrong).toMatchObject({ readUnits: 2, writeUnits: 2 })
  })

  it('a request for an email: the same for a known and an unknown email', async () => {
    const { api, cost } = await started()
    await signedUp(api)
    for (const route of ['POST /auth/password/forgot', 'POST /auth/email/resend', 'POST /auth/email-login']) {
      const known = await cost(() => api(route, { body: { email: ada.email } }))
      expect(await cost(() => api(route, { body: { email: eve.email } }))).toEqual(known)
      expect(known).toEqual({
        calls: ['sessions:UpdateItem', 'sessions:UpdateItem', 'sessions:PutItem'],
        ...units.mailRequest,
      })
    }
  })

  it('an email: the account, the budget of the recipient, the token, and the removed job', async () => {
    const { api, services, cost } = await started()
    await signedUp(api)
    await delivered(services)
    await api('POST /auth/password/forgot', { body: { email: ada.email } })
    expect(await cost(() => delivered(services))).toEqual({
      calls: [
        'users:GetItem',
        'users:GetItem',
        'sessions:UpdateItem',
        'sessions:PutItem',
        'sessions:DeleteItem',
      ],
      ...units.mail,
    })
  })

  it('a refresh: one write and one read, in parallel', async () => {
    const { api, cost, refresh } = await started()
    await signedUp(api)
    const { refreshToken } = (await logIn(api)).body
    expect(await cost(() => refresh(refreshToken))).toEqual({
      calls: ['sessions:UpdateItem', 'users:BatchGetItem', 'refresh-token-denylist:BatchGetItem'],
      ...units.refresh,
    })
  })

  it('an authorized request: one read before the handler’s own', async () => {
    const { api, cost } = await started()
    await signedUp(api)
    const login = await logIn(api)
    expect(await cost(() => api('GET /users/me', { headers: bearer(login) }))).toEqual({
      calls: ['refresh-token-denylist:BatchGetItem', 'users:GetItem'],
      readUnits: units.authorizer.readUnits + 1,
      writeUnits: units.authorizer.writeUnits,
    })
  })
})

/** The calls of a route's valid request, for the routes whose every valid request makes the same calls. */
async function callsOf(route: string): Promise<Set<string>> {
  const engine = await engineStores()
  const keyReads: string[] = []
  const fixture = await makeFixture({ stores: engine, keys: recorded(keyReads) })
  const request = await validRequest(route, fixture)
  keyReads.splice(0)
  const { calls } = await costOf(engine, () => fixture.api(route, request))
  return new Set([...calls, ...keyReads])
}

/** Stores an item in each table of user data, so that the deletion of the user has something to delete. */
async function storeUserData(engine: Awaited<ReturnType<typeof engineStores>>, userId: string) {
  for (const [setting, name] of Object.entries(engine.tables)) {
    if (!userTables.some((table) => table === tables[setting as keyof TableNames])) continue
    await engine.client.send(new PutCommand({ TableName: name, Item: userKey(userId, 'ITEM') }))
  }
}

describe('the needs in a contract', () => {
  it('are exactly the calls of its handler', async () => {
    const { engine, services, keyReads } = await started()
    const called = new Map<string, Set<string>>()
    /** The gateway over these services, recording the calls of each route. */
    const recorded =
      (over: typeof services): Gateway =>
      async (route, request) => {
        const answers: Awaited<ReturnType<Gateway>>[] = []
        const { calls } = await costOf(engine, async () => answers.push(await gateway(over)(route, request)))
        called.set(route, new Set([...(called.get(route) ?? []), ...calls, ...keyReads.splice(0)]))
        if (!answers[0]) throw new Error(`${route} did not answer`)
        return answers[0]
      }
    const api = recorded(services)
    /** Delivers the waiting mails. Their calls are those of the mail function. */
    const mails = async () => {
      const templates: TestServices['mailbox'][number]['template'][] = []
      const { calls } = await costOf(engine, async () =>
        templates.push(...(await delivered(services)).map(({ template }) => template)),
      )
      const sent = templates.length > 0 ? ['mail:SendEmail'] : []
      called.set('mail', new Set([...(called.get('mail') ?? []), ...calls, ...keyReads.splice(0), ...sent]))
      return templates
    }
    /** Adds factors that a later request removes. */
    const addFactors = async (email: string, passkeys = 1) => {
      const account = await engine.users.findByEmail(email)
      if (!account) throw new Error(`${email} has no account`)
      const { id: userId } = account
      const at = services.clock.now()
      const times = { createdAt: at, lastUsedAt: at }
      const flags = { backupEligible: true, backedUp: true, rpId: 'example.com', transports: [] }
      const key = { credentialId: email, publicKey: 'key', counter: 0, name: 'A phone' }
      const enrolment = { enrolmentId: email, sealedSecret: 'sealed', lastStep: 1, failures: 0 }
      await engine.users.change(account, {
        factors: { totp: true, passkeys },
        endsSessions: false,
        deniedUntil: at,
        factorWrites: {
          totp: { userId, ...enrolment, enrolledAt: at, lastUsedAt: at },
          recoveryCodes: { userId, hashes: ['hash'], createdAt: at },
          ...(passkeys > 0 && { addsPasskey: { userId, id: userId, ...key, ...flags, ...times } }),
        },
      })
    }
    /** Links an identity that a later request removes. */
    const addIdentity = (userId: string) =>
      withIdentity({ users: engine.users, clock: services.clock }, userId, { sealedRefreshToken: 'sealed' })
    const tokenOf = (templates: readonly object[]) =>
      String((templates.at(-1) as { token?: string } | undefined)?.token)
    const mailed = async (route: string, request: TestRequest) => {
      const { body } = await api(route, request)
      const templates = await mails()
      return { body, token: tokenOf(templates), first: tokenOf(templates.slice(0, 1)), templates }
    }

    // An account, and every outcome of a refresh.
    const { user } = (await signedUp(api)).body
    await logIn(
      recorded({ ...services, passwords: { ...services.passwords, renew: services.passwords.hash } }),
    )
    const { refreshToken } = (await logIn(api)).body
    const next = await api('POST /auth/refresh', { body: { refreshToken } })
    await api('POST /auth/refresh', { body: { refreshToken: next.body.refreshToken } })
    const reused = await api('POST /auth/refresh', { body: { refreshToken } })
    expect(reused.body.code).toBe('refresh_token_reused')
    const leaving = await logIn(api)
    await api('POST /auth/logout', {
      headers: bearer(leaving),
      body: { refreshToken: leaving.body.refreshToken },
    })

    // The caller's own account and sessions.
    const own = { headers: bearer(await logIn(api)) }
    const { sessions } = (await api('GET /users/me/sessions', own)).body
    const ended = sessions.find(({ current }: { current: boolean }) => !current)
    await api('DELETE /users/me/sessions/{sessionId}', { ...own, params: { sessionId: ended.id } })
    await logIn(api)
    await api('DELETE /users/me/sessions', own)
    const passwords = { currentPassword: ada.password, newPassword: ada.password, transport: 'body' }
    const changed = await api('PUT /users/me/password', { ...own, body: passwords })
    await api('DELETE /users/me/sessions', { headers: bearer(changed), query: { all: 'true' } })

    // What follows from a mail.
    const toAda = { body: { email: ada.email } }
    const resent = await mailed('POST /auth/email/resend', toAda)
    await api('POST /auth/email/verify', { body: { token: resent.token } })
    await logIn(api)
    const forgotten = await mailed('POST /auth/password/forgot', toAda)
    const reset = { token: forgotten.token, newPassword: ada.password }
    expect(await api('POST /auth/password/reset', { body: reset })).toMatchObject({ status: 204 })
    // A change of email, undone before it is verified and after.
    for (const when of ['before', 'after']) {
      const login = await mailed('POST /auth/email-login', toAda)
      const byMail = { token: login.token, transport: 'body' }
      const asAda = { headers: bearer(await api('POST /auth/email-login/redeem', { body: byMail })) }
      const body = { newEmail: 'king@example.com' }
      const changing = await mailed('PUT /users/me/email', { ...asAda, body })
      if (when === 'after') await api('POST /auth/email/verify', { body: { token: changing.token } })
      await addFactors(when === 'after' ? body.newEmail : ada.email)
      await addIdentity(user.id)
      const undone = await api('POST /auth/email/undo', { body: { token: changing.first } })
      expect(undone).toMatchObject({ status: 204 })
      const again = await mailed('POST /auth/password/forgot', toAda)
      await api('POST /auth/password/reset', { body: { ...reset, token: again.token } })
    }
    const typo = { ...ada, email: 'typo@example.com' }
    await api('POST /auth/signup', { body: typo })
    // The new address has an unverified account.
    const former = await api('POST /auth/signup', { body: { ...ada, email: 'right@example.com' } })
    await storeUserData(engine, former.body.user.id)
    await logIn(api, 'body', { ...ada, email: 'right@example.com' })
    const asTypo = { headers: bearer(await logIn(api, 'body', typo)) }
    const right = { newEmail: 'right@example.com' }
    const mended = await mailed('PUT /users/me/email', { ...asTypo, body: right })
    await addFactors(typo.email)
    await api('POST /auth/email/verify', { body: { token: mended.token } })
    // The first login by email of an unverified account voids the password.
    for (const email of ['one@example.com', 'two@example.com']) {
      await api('POST /auth/signup', { body: { ...ada, email } })
      await mails()
      await addFactors(email)
      const { body, token, templates } = await mailed('POST /auth/email-login', { body: { email } })
      const [template] = templates
      if (template?.kind !== 'email_login') throw new Error('No code was mailed')
      const byCode = { email, challenge: body.challenge, code: template.code }
      const answer = email.startsWith('one')
        ? await api('POST /auth/email-login/redeem', { body: { token } })
        : await api('POST /auth/email-login/code', { body: byCode })
      expect(answer).toMatchObject({ status: 200 })
    }
    const strict = recorded({ ...services, policy: { ...services.policy, requireVerifiedEmail: true } })
    for (const [email, password] of [
      [ada.email, ada.password],
      ['three@example.com', ada.password],
      ['three@example.com', ada.password],
      ['three@example.com', 'what somebody else has chosen'],
    ] as const)
      await strict('POST /auth/signup', { body: { ...ada, email, password } })
    await mails()

    // The first proof of an email removes the factors that a stranger may have added.
    const hijacked = { email: 'hijacked@example.com' }
    await api('POST /auth/signup', { body: { ...ada, ...hijacked } })
    await mails()
    await addFactors(hijacked.email)
    const rescued = await mailed('POST /auth/password/forgot', { body: hijacked })
    const rescue = { token: rescued.token, newPassword: ada.password }
    expect(await api('POST /auth/password/reset', { body: rescue })).toMatchObject({ status: 204 })
    for (const email of ['four@example.com', 'five@example.com']) {
      const { token } = await mailed('POST /auth/signup', { body: { email, name: 'Grace' } })
      await addFactors(email, 0)
      if (email.startsWith('four')) {
        const body = { token, newPassword: ada.password }
        expect(await api('POST /auth/finish-sign-up', { body })).toMatchObject({ status: 204 })
        continue
      }
      const { body: options } = await api('POST /auth/finish-sign-up/passkey/options', { body: { token } })
      const body = { token, passkey: authenticator().create(options) }
      expect(await api('POST /auth/finish-sign-up/passkey', { body })).toMatchObject({ status: 200 })
    }

    // A second factor, and each of its proofs.
    const fay = { ...ada, email: 'fay@example.com' }
    const { token: fayToken } = await mailed('POST /auth/signup', { body: fay })
    await api('POST /auth/email/verify', { body: { token: fayToken } })
    const again = async (login: Awaited<ReturnType<Gateway>>, proof: object) =>
      api('POST /auth/reauthenticate', { headers: bearer(login), body: { ...proof, transport: 'body' } })
    const proven = await again(await logIn(api, 'body', fay), { password: fay.password })
    const enrolment = await enrolTotp(api, services, proven)
    const undoing = tokenOf(await mails())
    let current = enrolment.login
    for (const proof of [
      () => ({ totp: enrolment.code() }),
      (index: number) => ({ recoveryCode: enrolment.recoveryCodes[index] }),
    ]) {
      const { authSession } = (await logIn(api, 'body', fay)).body
      const opened = await api('POST /auth/second-factor', { body: { authSession, ...proof(0) } })
      expect(opened).toMatchObject({ status: 200 })
      current = await again(current, proof(1))
      expect(current).toMatchObject({ status: 200 })
    }
    await mails()

    await addFactors('fay@example.com')
    await addIdentity(proven.body.user.id)
    expect(await api('POST /auth/second-factor/undo', { body: { token: undoing } })).toMatchObject({
      status: 204,
    })

    // Administration, by two administrators.
    const first = await administrator(api, services, eve)
    const mel = { ...eve, email: 'mel@example.com' }
    const { id: secondId } = await administrator(api, services, mel)
    // The owner of a verified address is notified of the deletion.
    await mails()
    const { token } = mailTo(services, mel.email, 'verify_email')
    await api('POST /auth/email/verify', { body: { token } })
    const second = bearer(await logIn(api, 'body', mel))
    const asAdmin = { headers: bearer(first.login) }
    const params = { userId: user.id }
    const page = await api('GET /users', { ...asAdmin, query: { limit: '1' } })
    await api('GET /users', { ...asAdmin, query: { limit: '1', cursor: page.body.nextCursor } })
    await api('GET /users', { ...asAdmin, query: { email: ada.email } })
    // Some of them are unverified, and may have expired.
    await api('GET /users', asAdmin)
    await mailed('POST /users/{userId}/password-reset', { ...asAdmin, params })
    await logIn(api)
    await api('PATCH /users/{userId}', {
      ...asAdmin,
      params,
      body: { roles: ['user', 'admin'], status: 'disabled' },
    })
    await api('PATCH /users/{userId}', { ...asAdmin, params, body: { status: 'active' } })
    await logIn(api)
    await storeUserData(engine, user.id)
    await addIdentity(user.id)
    await api('DELETE /users/{userId}', { ...asAdmin, params })
    const body = { password: eve.password }
    await storeUserData(engine, secondId)
    expect(await api('DELETE /users/me', { headers: second, body })).toMatchObject({
      status: 204,
    })

    const withoutProviders = new Map([...called].map(([name, calls]) => [name, [...calls].sort()]))

    // A flow with a ticket, and one without.
    const { url } = (
      await api('POST /auth/social/{provider}/reauthenticate', {
        ...atGoogle,
        headers: bearer(await logIn(api, 'body', eve)),
        body: newFlow(),
      })
    ).body
    const ticket = new URL(url).searchParams.get('ticket') ?? ''
    await api('GET /auth/social/{provider}', { ...atGoogle, query: { ticket } })
    await api('GET /auth/social/{provider}', { ...atGoogle, query: newFlow() })

    // From another address, which makes it a new device.
    await api('POST /auth/login', { body: { email: eve.email, password: eve.password }, ip: '203.0.113.9' })
    await mails()
    // Logins with a provider: a new account, a known one, and one that is taken over with its factors and identities.
    const redeem = async (subject: string, email?: string) =>
      api('POST /auth/social/redeem', { body: await codeFor(services, { ...grace, subject, email }) })
    const link = async (linkSession: string, proof: object) =>
      api('POST /auth/social/link', { body: { linkSession, ...proof, transport: 'body' } })
    const digitsFor = async (linkSession: string, email: string) => {
      await api('POST /auth/social/email', { body: { linkSession, email } })
      return { code: (await mails()).flatMap((each) => (each.kind === 'social_code' ? [each.code] : []))[0] }
    }
    await redeem('1', grace.email)
    await redeem('1', grace.email)
    const stranger = { ...ada, email: 'stranger@example.com' }
    for (const way of ['redeem', 'link']) {
      const email = `${way}-${stranger.email}`
      await signedUp(api, { ...stranger, email })
      await addFactors(email)
      if (way === 'redeem') await redeem(way, email)
      else {
        const { linkSession } = (await redeem(way)).body
        await link(linkSession, await digitsFor(linkSession, email))
      }
    }
    // A proven email opens an account, and a confirmed account is linked by its password, then with its second factor.
    const free = (await redeem('2')).body.linkSession
    await link(free, await digitsFor(free, 'free@example.com'))
    const owner = { ...ada, email: 'owner@example.com' }
    await signedUp(api, owner)
    const owned = await engine.users.findByEmail(owner.email)
    if (owned) await engine.users.change(owned, { emailVerified: true, endsSessions: false, deniedUntil: 0 })
    const linkedOnce = await link((await redeem('3', owner.email)).body.linkSession, {
      password: owner.password,
    })
    const app = await enrolTotp(api, services, linkedOnce)
    const waiting = await link((await redeem('4', owner.email)).body.linkSession, {
      password: owner.password,
    })
    const { authSession: ofLink } = waiting.body
    const linkedTwice = await api('POST /auth/second-factor', {
      body: { authSession: ofLink, totp: app.code(), transport: 'body' },
    })
    expect([linkedOnce.status, linkedTwice.status]).toEqual([200, 200])
    await mails()

    // The stream is Lambda's to read.
    const ofMails = mailSend.needs.filter((need) => need !== 'sessions/stream:Read')
    expect([...(called.get('mail') ?? [])].sort()).toEqual(
      [...ofMails, ...(mailSend.providerNeeds ?? [])].sort(),
    )
    // Where PROVIDERS is empty, these have no more rights.
    expect(withoutProviders.get('mail')).toEqual([...ofMails].sort())
    expect(withoutProviders.get('POST /auth/second-factor')).toEqual([...secondFactor.needs].sort())

    const routes = (await registry()).filter(isRoute)
    expect(routes.length).toBeGreaterThan(25)
    for (const entry of routes) {
      const { file, contract } = entry
      const route = `${contract.method} ${contract.path}`
      const calls = called.get(route) ?? (await callsOf(route))
      // Read by the providers, which are replaced here.
      if (route === 'GET /auth/social/{provider}/callback')
        for (const path of ['providers', 'factors']) calls.add(`keys/${path}:GetParametersByPath`)
      // These are the authorizer's, made before the handler runs.
      if (contract.access !== 'public') {
        for (const need of authorizer.needs) expect([route, calls.delete(need)]).toEqual([route, true])
      }
      const needs = new Set<string>(allNeedsOf(entry))
      const undeclared = [...calls].filter((call) => !needs.has(call))
      const unused = [...needs].filter((need) => !calls.has(need))
      if (undeclared.length > 0)
        throw new Error(`${file}.ts calls ${undeclared}, which its needs do not list`)
      if (unused.length > 0)
        throw new Error(
          `${file}.ts needs ${unused}, which it does not call here. If only another request does, send it above`,
        )
    }
  })
})
