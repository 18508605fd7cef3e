import { capturedLog } from '../../tools/testing/captured-log.ts'
import { enrolTotp } from '../../tools/testing/enrolments.ts'
import {
  asEve,
  authSessionOf,
  enrolled,
  type Fixture,
  makeFixture,
  verified,
} from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { bearer, eve, logIn } from '../../tools/testing/test-users.ts'
import { totpCode } from '../../tools/testing/totp-codes.ts'

const ready = async (change: Parameters<typeof makeFixture>[0] = {}) => {
  const fixture = await makeFixture(change)
  await verified(fixture)
  return fixture
}
const start = async (fixture: Fixture) => (await fixture.api('POST /users/me/totp', asEve(fixture))).body
const confirm = (fixture: Fixture, code: string, headers = asEve(fixture).headers) =>
  fixture.api('POST /users/me/totp/confirm', { headers, body: { code, transport: 'body' } })
const now = ({ services }: Fixture) => services.clock.now()
const invalid = { status: 400, body: { code: 'invalid_code' } }

describe('an enrolment', () => {
  it('shows its secret once, with issuer and account escaped', async () => {
    const fixture = await ready({ policy: { productName: 'Ada & Söhne: Test' } })
    const { secret, uri } = await start(fixture)
    expect(uri).toBe(
      `otpauth://totp/Ada%20%26%20S%C3%B6hne%20%20Test:eve%40example.com?secret=${secret}&issuer=Ada%20%26%20S%C3%B6hne%20%20Test`,
    )
    expect(JSON.stringify([...fixture.services.tables.pendingTotps.values()])).not.toContain(secret)
  })

  it('changes nothing before its first code', async () => {
    const fixture = await ready()
    await start(fixture)
    expect(await logIn(fixture.api, 'body', eve)).toMatchObject({ status: 200 })
  })

  it('is confirmed by a code, ends every other session, and continues the own one with its end and time of proof', async () => {
    const fixture = await ready()
    const { secret } = await start(fixture)
    const other = await logIn(fixture.api, 'body', eve)
    const [before] = [...fixture.services.tables.sessions.values()]
    fixture.services.clock.advance(60)
    const { status, body } = await confirm(fixture, totpCode(secret, now(fixture)))
    expect(status).toBe(200)
    expect(body.recoveryCodes).toHaveLength(10)
    const [session] = [...fixture.services.tables.sessions.values()].filter(({ acr }) => acr === 'aal2')
    expect(session).toMatchObject({
      amr: ['pwd', 'otp', 'mfa'],
      authTime: before?.authTime,
      expiresAt: before?.expiresAt,
    })
    for (const { body: ended } of [other, fixture.login])
      expect(
        await fixture.api('POST /auth/refresh', { body: { refreshToken: ended.refreshToken } }),
      ).toMatchObject({ status: 401 })
    expect(await fixture.api('GET /users/me', { headers: bearer(other) })).toMatchObject({ status: 401 })
    const { refreshToken } = body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
  })

  it('uses up the code that confirms it', async () => {
    const fixture = await ready()
    const { secret } = await start(fixture)
    const totp = totpCode(secret, now(fixture))
    await confirm(fixture, totp)
    const body = { authSession: await authSessionOf(fixture), totp }
    expect(await fixture.api('POST /auth/second-factor', { body })).toMatchObject(invalid)
  })

  it('is not confirmed by a wrong code, after ten minutes, in another session, or after it was replaced', async () => {
    const wrong = await ready()
    await start(wrong)
    expect(await confirm(wrong, '000000')).toMatchObject(invalid)

    const late = await ready()
    const { secret } = await start(late)
    late.services.clock.advance(600)
    expect(await confirm(late, totpCode(secret, now(late)))).toMatchObject(invalid)

    const foreign = await ready()
    const theirs = (await start(foreign)).secret
    const other = bearer(await logIn(foreign.api, 'body', eve))
    expect(await confirm(foreign, totpCode(theirs, now(foreign)), other)).toMatchObject(invalid)

    const replaced = await ready()
    const first = (await start(replaced)).secret
    await start(replaced)
    expect(await confirm(replaced, totpCode(first, now(replaced)))).toMatchObject(invalid)
    expect(replaced.services.tables.totps.size).toBe(0)
  })

  it('needs a recent proof to start, and a verified email where mail is configured (403)', async () => {
    const stale = await ready()
    stale.services.clock.advance(601)
    expect(await stale.api('POST /users/me/totp', asEve(stale))).toMatchObject({
      status: 401,
      body: { code: 'reauthentication_required' },
    })
    const unverified = await makeFixture()
    expect(await unverified.api('POST /users/me/totp', asEve(unverified))).toMatchObject({
      status: 403,
      body: { code: 'email_not_verified' },
    })
    const withoutMail = await makeFixture({ policy: { sendsMail: false } })
    expect(await withoutMail.api('POST /users/me/totp', asEve(withoutMail))).toMatchObject({ status: 201 })
  })

  it('replaces an older one, whose codes no longer work, and keeps the recovery codes', async () => {
    const fixture = await ready()
    const first = await enrolled(fixture)
    const second = await enrolTotp(fixture.api, fixture.services, fixture.login)
    expect(second.recoveryCodes).toEqual([])
    const prove = async (proof: object) =>
      fixture.api('POST /auth/second-factor', {
        body: { authSession: await authSessionOf(fixture), ...proof },
      })
    const [recoveryCode] = first.recoveryCodes
    expect(await prove({ totp: first.code() })).toMatchObject(invalid)
    expect(await prove({ totp: second.code() })).toMatchObject({ status: 200 })
    expect(await prove({ recoveryCode })).toMatchObject({ status: 200 })
  })
})

describe('the removal of an authenticator app', () => {
  const remove = (fixture: Fixture, api = fixture.api) =>
    api('DELETE /users/me/totp', { ...asEve(fixture), body: { transport: 'body' } })

  it('takes the recovery codes along with the last factor, ends every other session, and mails the owner', async () => {
    const fixture = await ready()
    await enrolled(fixture)
    const { result, entries } = await capturedLog(() => remove(fixture))
    expect(result.status).toBe(200)
    expect(entries).toContainEqual(expect.objectContaining({ type: 'factor.removed', factor: 'totp' }))
    const { totps, recoveryCodes } = fixture.services.tables
    expect([totps.size, recoveryCodes.size]).toEqual([0, 0])
    expect(await fixture.api('GET /users/me', asEve(fixture))).toMatchObject({ status: 401 })
    expect(await fixture.api('GET /users/me', { headers: bearer(result) })).toMatchObject({ status: 200 })
    expect(await logIn(fixture.api, 'body', eve)).toMatchObject({ status: 200 })
    expect((await delivered(fixture.services)).map(({ template }) => template.kind)).toEqual([
      'factor_removed',
    ])
  })

  it('is 404 where there is none', async () => {
    expect(await remove(await ready())).toMatchObject({ status: 404 })
  })

  it.each([
    ['none', 200],
    ['admin', 409],
    ['all', 409],
  ] as const)(
    'of an administrator’s last factor, with SECOND_FACTOR_FOR=%s, is %i',
    async (secondFactorFor, status) => {
      const fixture = await ready()
      await enrolled(fixture)
      const account = fixture.services.tables.accounts.get(fixture.userId)
      if (account) fixture.services.tables.accounts.set(account.id, { ...account, roles: ['user', 'admin'] })
      const policy = { ...fixture.services.policy, secondFactorFor }
      const answer = await remove(fixture, gateway({ ...fixture.services, policy }))
      expect(answer.status).toBe(status)
      if (status === 409) expect(answer.body.code).toBe('second_factor_missing')
    },
  )
})

describe('new recovery codes', () => {
  it('replace the old ones', async () => {
    const fixture = await ready()
    const { recoveryCodes: old } = await enrolled(fixture)
    const request = { ...asEve(fixture), body: { transport: 'body' } }
    const { status, body } = await fixture.api('POST /users/me/recovery-codes', request)
    expect([status, body.recoveryCodes.length]).toEqual([200, 10])
    const prove = async (recoveryCode?: string) =>
      fixture.api('POST /auth/second-factor', {
        body: { authSession: await authSessionOf(fixture), recoveryCode },
      })
    expect(await prove(old[0])).toMatchObject(invalid)
    expect(await prove(body.recoveryCodes[0])).toMatchObject({ status: 200 })
    expect(
      await fixture.api('GET /users/me', { headers: { authorization: `Bearer ${body.accessToken}` } }),
    ).toMatchObject({ status: 200 })
  })

  it('do not exist for an account without a factor', async () => {
    const fixture = await ready()
    const request = { ...asEve(fixture), body: {} }
    expect(await fixture.api('POST /users/me/recovery-codes', request)).toMatchObject({ status: 404 })
  })
})

describe('the list of factors', () => {
  const list = (fixture: Fixture) => fixture.api('GET /users/me/factors', asEve(fixture))

  it('says what is enrolled, since when, and what is left', async () => {
    const fixture = await ready()
    expect((await list(fixture)).body).toEqual({ password: true, passkeys: [] })
    await enrolled(fixture)
    const at = new Date(now(fixture) * 1000).toISOString()
    expect((await list(fixture)).body).toEqual({
      password: true,
      totp: { enrolledAt: at, lastUsedAt: at },
      passkeys: [],
      recoveryCodes: { left: 10, createdAt: at },
    })
  })

  it('is part of the export, without secrets', async () => {
    const fixture = await ready()
    const { secret, recoveryCodes } = await enrolled(fixture)
    const { body } = await fixture.api('GET /users/me/export', asEve(fixture))
    expect(body.factors).toMatchObject({ password: true, recoveryCodes: { left: 10 } })
    const [totp] = [...fixture.services.tables.totps.values()]
    const [codes] = [...fixture.services.tables.recoveryCodes.values()]
    for (const hidden of [secret, totp?.sealedSecret, codes?.hashes[0], ...recoveryCodes])
      expect(JSON.stringify(body)).not.toContain(hidden)
  })
})

describe('the deletion of an account', () => {
  it('deletes its factors', async () => {
    const fixture = await ready()
    await enrolled(fixture)
    expect(await fixture.api('DELETE /users/me', asEve(fixture))).toMatchObject({ status: 204 })
    const { totps, recoveryCodes } = fixture.services.tables
    expect([totps.size, recoveryCodes.size]).toEqual([0, 0])
  })
})
