import { authenticator } from '../../tools/testing/authenticator.ts'
import { enrolmentSessionOf, type Fixture, makeFixture } from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { bearer, eve, logIn } from '../../tools/testing/test-users.ts'
import { totpCode } from '../../tools/testing/totp-codes.ts'

const invalid = { status: 400, body: { code: 'invalid_auth_session' } }

/** Eve logs in where every account needs a second factor, and has none. */
async function required() {
  const fixture = await makeFixture()
  const authSession = await enrolmentSessionOf(fixture)
  await delivered(fixture.services)
  const api = gateway({
    ...fixture.services,
    policy: { ...fixture.services.policy, secondFactorFor: 'all' },
  })
  const start = (session = authSession) =>
    api('POST /auth/second-factor/totp', { body: { authSession: session } })
  const confirm = (code: string, session = authSession) =>
    api('POST /auth/second-factor/totp/confirm', { body: { authSession: session, code, transport: 'body' } })
  return { fixture, api, authSession, start, confirm }
}
const codeOf = ({ services }: Fixture, secret: string) => totpCode(secret, services.clock.now())

describe('a login that needs a second factor to be added', () => {
  it('is completed by the first code, with two proofs, recovery codes and a mail that undoes the factor', async () => {
    const { fixture, api, start, confirm } = await required()
    const started = await start()
    expect(started).toMatchObject({ status: 201, body: { uri: expect.stringMatching(/^otpauth:/) } })
    const answer = await confirm(codeOf(fixture, started.body.secret))
    const { status, body } = answer
    expect([status, body.recoveryCodes.length]).toEqual([200, 10])
    expect(await api('GET /users/me', { headers: bearer(answer) })).toMatchObject({ status: 200 })
    const { refreshToken } = body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
    const session = [...fixture.services.tables.sessions.values()].find(({ acr }) => acr === 'aal2')
    expect(session).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], authTime: fixture.services.clock.now() })
    expect((await delivered(fixture.services)).map(({ template }) => template.kind)).toContain(
      'first_factor_added',
    )
    expect(await logIn(api, 'body', eve)).toMatchObject({ body: { code: 'second_factor_required' } })
  })

  it('ends every other session of the account', async () => {
    const { fixture, start, confirm } = await required()
    await confirm(codeOf(fixture, (await start()).body.secret))
    const { refreshToken } = fixture.login.body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
  })

  it('is completed once, also by fifty requests at once', async () => {
    const { fixture, start, confirm } = await required()
    const code = codeOf(fixture, (await start()).body.secret)
    const answers = await Promise.all(Array.from({ length: 50 }, () => confirm(code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const open = [...fixture.services.tables.sessions.values()].filter(({ acr }) => acr === 'aal2')
    expect(open).toHaveLength(1)
  })

  it('survives a wrong code, and ends after ten minutes or with every session', async () => {
    const { fixture, start, confirm } = await required()
    const { secret } = (await start()).body
    expect(await confirm('000000')).toMatchObject({ status: 400, body: { code: 'invalid_code' } })
    const late = fixture.services.clock.now() + 600
    fixture.services.clock.advance(600)
    expect(await confirm(totpCode(secret, late))).toMatchObject(invalid)
    expect(await start()).toMatchObject(invalid)

    const ended = await required()
    const account = ended.fixture.services.tables.accounts.get(ended.fixture.userId)
    if (!account) throw new Error('There is no account')
    const next = { ...account, sessionVersion: account.sessionVersion + 1 }
    ended.fixture.services.tables.accounts.set(account.id, next)
    expect(await ended.start()).toMatchObject(invalid)
  })

  it('takes no enrolment that another login or session has started', async () => {
    const { fixture, api, start, confirm } = await required()
    const { secret } = (await start()).body
    const other = (await logIn(api, 'body', eve)).body.authSession
    expect(await confirm(codeOf(fixture, secret), other)).toMatchObject({ body: { code: 'invalid_code' } })
  })

  it('cannot be used as a second step, nor a second step as an enrolment', async () => {
    const { fixture, api, authSession, start, confirm } = await required()
    const body = { authSession, totp: '000000' }
    expect(await api('POST /auth/second-factor', { body })).toMatchObject(invalid)
    await confirm(codeOf(fixture, (await start()).body.secret))
    const second = (await logIn(api, 'body', eve)).body.authSession
    expect(await start(second)).toMatchObject(invalid)
  })

  it('is completed by a passkey too, with its own challenge only', async () => {
    const { fixture, api, authSession } = await required()
    const key = authenticator()
    const { body: options } = await api('POST /auth/second-factor/passkey/options', { body: { authSession } })
    const { body: login } = await api('POST /auth/passkey/options')
    const add = (challenge: string) =>
      api('POST /auth/second-factor/passkey', {
        body: { authSession, passkey: key.create({ ...options, challenge }), transport: 'body' },
      })
    expect(await add(login.challenge)).toMatchObject({ status: 400, body: { code: 'invalid_passkey' } })
    const added = await add(options.challenge)
    expect(added).toMatchObject({ status: 201, body: { recoveryCodes: expect.any(Array) } })
    expect(await api('GET /users/me', { headers: bearer(added) })).toMatchObject({ status: 200 })
    const session = [...fixture.services.tables.sessions.values()].find(({ acr }) => acr === 'aal2')
    expect(session?.amr).toEqual(['pwd', 'pop', 'user', 'mfa'])
    expect(await add(options.challenge)).toMatchObject(invalid)
  })
})
