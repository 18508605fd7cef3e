import { authenticator } from '../../tools/testing/authenticator.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import {
  authSessionOf,
  enrolled,
  type Fixture,
  makeFixture,
  withPasskey,
} from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { unavailable } from '../../tools/testing/outages.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { limited } from '../../tools/testing/test-services.ts'
import { bearer, eve, logIn } from '../../tools/testing/test-users.ts'

const HOUR = 3600
const started = async (change: Parameters<typeof makeFixture>[0] = {}) => {
  const fixture = await makeFixture(change)
  return { fixture, ...(await enrolled(fixture)) }
}
const prove = ({ api }: Pick<Fixture, 'api'>, body: object) =>
  api('POST /auth/second-factor', { body: { transport: 'body', ...body } })
const claimsOf = (accessToken: string) =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
const invalid = { status: 400, body: { code: 'invalid_code' } }

describe('a login to an account with an authenticator app', () => {
  it('opens no session after the password, and says what may be proven', async () => {
    const { fixture } = await started()
    const before = fixture.services.tables.sessions.size
    expect(await logIn(fixture.api, 'body', eve)).toMatchObject({
      status: 403,
      cookies: [],
      body: { code: 'second_factor_required', expiresIn: 600, factors: ['totp', 'recoveryCode'] },
    })
    expect(fixture.services.tables.sessions.size).toBe(before)
  })

  it('opens one after a code, at aal2 with both methods', async () => {
    const { fixture, code } = await started()
    const totp = code()
    const { status, body } = await prove(fixture, { authSession: await authSessionOf(fixture), totp })
    expect(status).toBe(200)
    expect(claimsOf(body.accessToken)).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
    const { refreshToken } = body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
  })

  it.each([
    ['blanks', (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
    ['a hyphen', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
    [
      'full-width digits',
      (code: string) => code.replace(/\d/g, (d) => String.fromCodePoint(0xff10 + Number(d))),
    ],
  ])('understands a code with %s', async (_, written) => {
    const { fixture, code } = await started()
    const totp = written(code())
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), totp })).toMatchObject({
      status: 200,
    })
  })

  it('accepts each code once, also the one that confirmed the enrolment, and in another login', async () => {
    const { fixture, code } = await started()
    const totp = code()
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), totp })).toMatchObject({
      status: 200,
    })
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), totp })).toMatchObject(invalid)
  })

  it.each(['000000', '12345', '', 'abcdef', '0000000'])('refuses the code %j', async (totp) => {
    const { fixture } = await started()
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), totp })).toMatchObject(invalid)
  })

  it('keeps its auth session after a wrong code', async () => {
    const { fixture, code } = await started()
    const authSession = await authSessionOf(fixture)
    const totp = code()
    await prove(fixture, { authSession, totp: '000000' })
    expect(await prove(fixture, { authSession, totp })).toMatchObject({ status: 200 })
  })

  it.each<[string, (fixture: Fixture, authSession: string) => unknown]>([
    ['spent', (fixture, authSession) => spend(fixture, authSession)],
    ['older than ten minutes', ({ services }) => services.clock.advance(600)],
    [
      'of a former session version',
      async ({ api, login }) =>
        api('DELETE /users/me/sessions', { headers: bearer(login), query: { all: 'true' } }),
    ],
  ])('refuses an auth session that is %s', async (_, change) => {
    const { fixture, code, recoveryCodes } = await started()
    codes = recoveryCodes
    const authSession = await authSessionOf(fixture)
    await change(fixture, authSession)
    const answer = await prove(fixture, { authSession, totp: code() })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_auth_session' } })
  })

  it.each(['', 'x', 'A'.repeat(64), 'A'.repeat(5000)])(
    'refuses a text that is no auth session',
    async (authSession) => {
      const { fixture, code } = await started()
      const { status, body } = await prove(fixture, { authSession, totp: code() })
      expect(status).toBe(400)
      expect(body.code).toMatch(/^invalid_(auth_session|request)$/)
    },
  )

  it.each([
    ['none', {}],
    ['two', { totp: '000000', recoveryCode: 'x' }],
  ])('refuses a request with %s of the proofs', async (_, proofs) => {
    const { fixture } = await started()
    const answer = await prove(fixture, { authSession: await authSessionOf(fixture), ...proofs })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })
})

let codes: readonly string[] = []
const spend = (fixture: Fixture, authSession: string) =>
  prove(fixture, { authSession, recoveryCode: codes[0] })

describe('a recovery code', () => {
  it('stands in for the app, once, and its owner is told how many are left', async () => {
    const { fixture, recoveryCodes } = await started()
    const recoveryCode = recoveryCodes[3]?.toUpperCase().replaceAll('-', ' ')
    const { result, entries } = await capturedLog(async () =>
      prove(fixture, { authSession: await authSessionOf(fixture), recoveryCode }),
    )
    expect(claimsOf(result.body.accessToken)).toMatchObject({ acr: 'aal2', amr: ['pwd', 'mfa'] })
    expect(entries).toContainEqual(expect.objectContaining({ type: 'recovery_code.used', left: 9 }))
    expect(await delivered(fixture.services)).toMatchObject([
      { to: eve.email, template: { kind: 'recovery_code_used', left: 9 } },
    ])
    const again = await prove(fixture, { authSession: await authSessionOf(fixture), recoveryCode })
    expect(again).toMatchObject(invalid)
  })

  it.each(['x', '', '0000-0000-0000-0000'])('is not %j', async (recoveryCode) => {
    const { fixture } = await started()
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), recoveryCode })).toMatchObject(
      invalid,
    )
  })

  it('works ten times, and then none is left', async () => {
    const { fixture, recoveryCodes } = await started()
    for (const recoveryCode of recoveryCodes)
      expect(await prove(fixture, { authSession: await authSessionOf(fixture), recoveryCode })).toMatchObject(
        { status: 200 },
      )
    const { body } = await fixture.api('GET /users/me/factors', { headers: bearer(fixture.login) })
    expect(body.recoveryCodes.left).toBe(0)
    const [recoveryCode] = recoveryCodes
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), recoveryCode })).toMatchObject(
      invalid,
    )
  })
})

describe('guessing codes after a right password', () => {
  const hour = { most: 10, seconds: HOUR }
  const guesses = async (fixture: Fixture, many: number) => {
    const authSession = await authSessionOf(fixture)
    const statuses: number[] = []
    for (let guess = 0; guess < many; guess++)
      statuses.push((await prove(fixture, { authSession, totp: '000000' })).status)
    return statuses
  }

  it('is possible ten times an hour for an account, whatever auth session, and then also the right code has to wait', async () => {
    const { fixture, code } = await started()
    const api = gateway(limited(fixture.services, { totpPerHour: hour }))
    const guessing = { ...fixture, api }
    expect(await guesses(guessing, 5)).toEqual(Array(5).fill(400))
    expect(await guesses(guessing, 6)).toEqual([...Array(5).fill(400), 429])
    const authSession = await authSessionOf(guessing)
    expect(await prove(guessing, { authSession, totp: code() })).toMatchObject({ status: 429 })
  })

  it('shares its budget with re-authentication, and leaves the recovery codes', async () => {
    const { fixture, recoveryCodes } = await started()
    const guessing = { ...fixture, api: gateway(limited(fixture.services, { totpPerHour: hour })) }
    await guesses(guessing, 10)
    const own = { headers: bearer(fixture.login) }
    const again = await guessing.api('POST /auth/reauthenticate', { ...own, body: { totp: '000000' } })
    expect(again).toMatchObject({ status: 429 })
    const [recoveryCode] = recoveryCodes
    const authSession = await authSessionOf(guessing)
    expect(await prove(guessing, { authSession, recoveryCode })).toMatchObject({ status: 200 })
  })

  it('is not counted for right codes', async () => {
    const { fixture, code } = await started()
    const api = gateway(
      limited(fixture.services, {
        totpPerHour: { most: 1, seconds: HOUR },
        totpPerDay: { most: 1, seconds: 24 * HOUR },
      }),
    )
    for (let login = 0; login < 3; login++) {
      const totp = code()
      const authSession = await authSessionOf({ api })
      expect(await prove({ api }, { authSession, totp })).toMatchObject({ status: 200 })
    }
  })

  it('is not counted for right codes that an outage kept from opening a session', async () => {
    const { fixture, code } = await started()
    const services = limited(fixture.services, { totpPerHour: { most: 1, seconds: HOUR } })
    const out = gateway({ ...services, sessionOpenings: { open: unavailable } })
    const authSession = await authSessionOf(fixture)
    for (let tries = 0; tries < 2; tries++)
      expect(await prove({ api: out }, { authSession, totp: code() })).toMatchObject({ status: 503 })
    const answer = await prove({ api: gateway(services) }, { authSession, totp: code() })
    expect(answer).toMatchObject({ status: 200 })
  })

  it('ends after 100 failures in a row: also the right code is refused, until a recovery code is used', async () => {
    const { fixture, code, recoveryCodes } = await started()
    const { result: right, entries } = await capturedLog(async () => {
      await guesses(fixture, 100)
      return prove(fixture, { authSession: await authSessionOf(fixture), totp: code() })
    })
    expect(right).toMatchObject(invalid)
    expect(entries).toContainEqual(expect.objectContaining({ type: 'totp.blocked', userId: fixture.userId }))
    const [recoveryCode] = recoveryCodes
    await prove(fixture, { authSession: await authSessionOf(fixture), recoveryCode })
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), totp: code() })).toMatchObject({
      status: 200,
    })
  })

  it('mails the owner at the third failure, once a day', async () => {
    const { fixture } = await started()
    const limits = {
      secondStepFailures: { most: 2, seconds: 24 * HOUR },
      secondStepMails: { most: 1, seconds: 24 * HOUR },
    }
    const guessing = { ...fixture, api: gateway(limited(fixture.services, limits)) }
    const mails = async (many: number) => {
      await guesses(guessing, many)
      return (await delivered(fixture.services)).map(({ template }) => template.kind)
    }
    expect(await mails(2)).toEqual([])
    expect(await mails(1)).toEqual(['second_factor_failed'])
    expect(await mails(5)).toEqual([])
    fixture.services.clock.advance(24 * HOUR)
    expect(await mails(3)).toEqual(['second_factor_failed'])
  })

  it('leaves an event for each failure', async () => {
    const { fixture } = await started()
    const { entries } = await capturedLog(() => guesses(fixture, 2))
    const refused = entries.filter(({ type }) => type === 'secret.refused')
    expect(refused).toMatchObject(Array(2).fill({ reason: 'invalid_code', userId: fixture.userId }))
  })
})

describe('re-authentication of an account with an authenticator app', () => {
  const again = ({ api, login }: Fixture, proof: object) =>
    api('POST /auth/reauthenticate', { headers: bearer(login), body: { transport: 'body', ...proof } })

  it('takes a code or a recovery code, moves the time of the proof and ends the former session', async () => {
    for (const which of ['totp', 'recoveryCode'] as const) {
      const { fixture, code, recoveryCodes } = await started()
      fixture.services.clock.advance(700)
      const proof = which === 'totp' ? { totp: code() } : { recoveryCode: recoveryCodes[0] }
      const { status, body } = await again(fixture, proof)
      expect([which, status]).toEqual([which, 200])
      expect(claimsOf(body.accessToken)).toMatchObject({
        auth_time: fixture.services.clock.now(),
        acr: 'aal2',
      })
      expect(await fixture.api('GET /users/me', { headers: bearer(fixture.login) })).toMatchObject({
        status: 401,
      })
      expect(await again({ ...fixture, login: { ...fixture.login, body } } as Fixture, proof)).toMatchObject(
        invalid,
      )
    }
  })

  it('does not take the password', async () => {
    const { fixture } = await started()
    const answer = await again(fixture, { password: eve.password })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  it('spends nothing of the budget of passwords, which a thief could use up', async () => {
    const { fixture, code } = await started()
    const none = { most: 0, seconds: HOUR }
    const api = gateway(limited(fixture.services, { passwordPerUser: none }))
    expect(await again({ ...fixture, api }, { totp: code() })).toMatchObject({ status: 200 })
    const other = await makeFixture()
    const locked = { ...other, api: gateway(limited(other.services, { passwordPerUser: none })) }
    expect(await again(locked, { password: eve.password })).toMatchObject({ status: 429 })
  })

  it('is one proof again after the removal of the factor: the password makes no recent proof of two', async () => {
    const { fixture, login } = await started()
    const own = { headers: bearer(login), body: { transport: 'body' } }
    const removed = await fixture.api('DELETE /users/me/totp', own)
    const { body } = await again({ ...fixture, login: removed }, { password: eve.password })
    expect(claimsOf(body.accessToken)).toMatchObject({ acr: 'aal1', amr: ['pwd'] })
  })

  it('takes no code of an account without a factor', async () => {
    const fixture = await makeFixture()
    for (const proof of [{ totp: '000000' }, { recoveryCode: 'x' }])
      expect(await again(fixture, proof)).toMatchObject(invalid)
  })
})

describe('a passkey', () => {
  const optionsOf = async ({ api }: Fixture) => (await api('POST /auth/passkey/options')).body
  const refused = { status: 400, body: { code: 'invalid_passkey' } }

  it('completes a login after the password, once', async () => {
    const fixture = await makeFixture()
    const { key } = await withPasskey(fixture)
    const passkey = key.get(await optionsOf(fixture))
    const answer = await prove(fixture, { authSession: await authSessionOf(fixture), passkey })
    expect(answer.status).toBe(200)
    expect(claimsOf(answer.body.accessToken)).toMatchObject({
      acr: 'aal2',
      amr: ['pwd', 'pop', 'user', 'mfa'],
    })
    expect(await prove(fixture, { authSession: await authSessionOf(fixture), passkey })).toMatchObject(
      refused,
    )
  })

  it('of another user completes no login, and leaves the auth session as it is', async () => {
    const fixture = await makeFixture()
    const { key } = await withPasskey(fixture)
    const api = gateway({ ...fixture.services, policy: { ...fixture.services.policy, sendsMail: false } })
    const ada = { headers: bearer(fixture.admin.login) }
    const other = authenticator()
    const body = { passkey: other.create((await api('POST /users/me/passkeys/options', ada)).body) }
    expect((await api('POST /users/me/passkeys', { ...ada, body })).status).toBe(201)
    const authSession = await authSessionOf(fixture)
    const foreign = other.get(await optionsOf(fixture))
    expect(await prove(fixture, { authSession, passkey: foreign })).toMatchObject(refused)
    const own = key.get(await optionsOf(fixture))
    expect((await prove(fixture, { authSession, passkey: own })).status).toBe(200)
  })

  it('proves again who the user is, once, and replaces the session', async () => {
    const fixture = await makeFixture()
    const { key } = await withPasskey(fixture)
    fixture.services.clock.advance(700)
    const again = async (passkey: unknown, login = fixture.login) =>
      fixture.api('POST /auth/reauthenticate', {
        headers: bearer(login),
        body: { passkey, transport: 'body' },
      })
    const passkey = key.get(await optionsOf(fixture))
    const answer = await again(passkey)
    expect(answer.status).toBe(200)
    expect(claimsOf(answer.body.accessToken).auth_time).toBe(fixture.services.clock.now())
    expect((await fixture.api('GET /users/me', { headers: bearer(fixture.login) })).status).toBe(401)
    expect(await again(passkey, answer)).toMatchObject(refused)
    const unverified = key.get(await optionsOf(fixture), { userVerified: false })
    expect(await again(unverified, answer)).toMatchObject(refused)
  })

  it('is listed among the factors, and exported, without its key', async () => {
    const fixture = await makeFixture()
    await withPasskey(fixture)
    const own = { headers: bearer(fixture.login) }
    const { body: factors } = await fixture.api('GET /users/me/factors', own)
    expect(factors.passkeys).toMatchObject([{ name: 'My phone', rpId: 'example.com' }])
    expect(factors.recoveryCodes.left).toBe(10)
    const { body: exported } = await fixture.api('GET /users/me/export', own)
    expect(exported.factors).toEqual(factors)
    expect(JSON.stringify(exported)).not.toMatch(/publicKey|credentialId/)
  })

  it('mails the owner: the first with a link, the next as news', async () => {
    const fixture = await makeFixture()
    const kinds = async () => (await delivered(fixture.services)).map(({ template }) => template.kind)
    await withPasskey(fixture)
    expect(await kinds()).toContain('first_factor_added')
    await withPasskey(fixture)
    expect(await kinds()).toContain('factor_added')
  })
})
