import { randomUUID } from 'node:crypto'
import { type Assertion, authenticator } from '../../tools/testing/authenticator.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { asAdmin, asEve, type Fixture, makeFixture, withPasskey } from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { eve, logIn } from '../../tools/testing/test-users.ts'

const optionsOf = async ({ api }: Fixture) => (await api('POST /auth/passkey/options')).body
const send = ({ api }: Fixture, passkey: unknown) =>
  api('POST /auth/passkey/login', { body: { passkey, transport: 'body' } })
const claimsOf = ({ body }: { body: any }) =>
  JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
const invalid = { status: 400, body: { code: 'invalid_passkey' } }

async function withEvesPasskey(change: Parameters<typeof makeFixture>[0] = {}) {
  const fixture = await makeFixture(change)
  return { fixture, ...(await withPasskey(fixture)) }
}

describe('a login with a passkey', () => {
  it('opens a session of the second level, which a refresh keeps', async () => {
    const { fixture, key } = await withEvesPasskey()
    fixture.services.clock.advance(60)
    const answer = await send(fixture, key.get(await optionsOf(fixture)))
    expect(answer).toMatchObject({ status: 200, body: { user: { email: eve.email } } })
    const now = fixture.services.clock.now()
    const proven = { acr: 'aal2', amr: ['pop', 'user', 'mfa'], auth_time: now }
    expect(claimsOf(answer)).toMatchObject(proven)
    const { refreshToken } = answer.body
    expect(claimsOf(await fixture.api('POST /auth/refresh', { body: { refreshToken } }))).toMatchObject(
      proven,
    )
    const { body } = await fixture.api('GET /users/me/passkeys', asEve({ ...fixture, login: answer }))
    expect(body.passkeys).toMatchObject([{ lastUsedAt: new Date(now * 1000).toISOString() }])
  })

  it('gets options without an account, and stores nothing but the count of its address', async () => {
    const { fixture } = await withEvesPasskey()
    const { tables } = fixture.services
    const before = [tables.spentChallenges.size, tables.codes.size, tables.authSessions.size]
    const [first, second] = [await optionsOf(fixture), await optionsOf(fixture)]
    expect(first).toMatchObject({ rpId: 'example.com', userVerification: 'required' })
    expect(first).not.toHaveProperty('allowCredentials')
    expect(first.challenge).not.toBe(second.challenge)
    expect([tables.spentChallenges.size, tables.codes.size, tables.authSessions.size]).toEqual(before)
  })

  it.each<[string, Assertion]>([
    ['a wrong origin', { origin: 'https://auth.example.org' }],
    ['a wrong RP ID', { rpId: 'example.org' }],
    ['another type', { type: 'webauthn.create' }],
    [
      'a challenge that is not ours',
      { clientData: { challenge: Buffer.alloc(38, 1).toString('base64url') } },
    ],
    ['a short challenge', { clientData: { challenge: 'AAAA' } }],
    ['a challenge that is no text', { clientData: { challenge: 7 } }],
    ['no user verification', { userVerified: false }],
    ['no user handle', { userHandle: null }],
    ['an unknown user handle', { userHandle: Buffer.alloc(16, 7).toString('base64url') }],
    ['an unknown credential', { id: authenticator().id }],
    ['a frame of another origin', { clientData: { crossOrigin: true } }],
    ['another backup eligibility', { backupEligible: true }],
  ])('is refused with %s, in the same shape, and opens nothing', async (_, change) => {
    const { fixture, key } = await withEvesPasskey()
    const sessions = fixture.services.tables.sessions.size
    const { result, entries } = await capturedLog(async () =>
      send(fixture, key.get(await optionsOf(fixture), change)),
    )
    expect(result).toMatchObject(invalid)
    expect(Object.keys(result.body).sort()).toEqual([
      'code',
      'detail',
      'requestId',
      'status',
      'title',
      'type',
    ])
    expect(entries).toContainEqual(
      expect.objectContaining({ type: 'secret.refused', reason: 'invalid_passkey' }),
    )
    expect(fixture.services.tables.sessions.size).toBe(sessions)
    expect(fixture.services.tables.spentChallenges.size).toBe(0)
  })

  it('is refused with the user handle of another user', async () => {
    const { fixture, key } = await withEvesPasskey()
    const ada = Buffer.from(fixture.admin.id.replaceAll('-', ''), 'hex').toString('base64url')
    expect(await send(fixture, key.get(await optionsOf(fixture), { userHandle: ada }))).toMatchObject(invalid)
  })

  it('is refused with a challenge that is spent', async () => {
    const { fixture, key } = await withEvesPasskey()
    const options = await optionsOf(fixture)
    const passkey = key.get(options)
    expect((await send(fixture, passkey)).status).toBe(200)
    expect(await send(fixture, passkey)).toMatchObject(invalid)
    expect(await send(fixture, key.get(options))).toMatchObject(invalid)
  })

  it('is refused with a challenge that is 10 minutes old', async () => {
    const { fixture, key } = await withEvesPasskey()
    const options = await optionsOf(fixture)
    fixture.services.clock.advance(599)
    expect((await send(fixture, key.get(options))).status).toBe(200)
    const next = await optionsOf(fixture)
    fixture.services.clock.advance(600)
    expect(await send(fixture, key.get(next))).toMatchObject(invalid)
  })

  it('is refused with a challenge whose end was moved', async () => {
    const { fixture, key } = await withEvesPasskey()
    const { challenge, ...options } = await optionsOf(fixture)
    const bytes = Buffer.from(challenge, 'base64url')
    for (let index = 0; index < bytes.length; index++) {
      const moved = Buffer.from(bytes)
      moved.writeUInt8(moved.readUInt8(index) ^ 1, index)
      const passkey = key.get({ ...options, challenge: moved.toString('base64url') })
      expect([index, await send(fixture, passkey)]).toMatchObject([index, invalid])
    }
  })

  it('is refused with the challenge of a registration', async () => {
    const { fixture, key } = await withEvesPasskey()
    const { body } = await fixture.api('POST /users/me/passkeys/options', asEve(fixture))
    const passkey = key.get({ challenge: body.challenge, rpId: 'example.com' })
    expect(await send(fixture, passkey)).toMatchObject(invalid)
  })

  it('is refused with a passkey of another RP ID, which still counts as a factor', async () => {
    const { fixture, key, params } = await withEvesPasskey()
    const { passkeys } = fixture.services.tables
    const stored = passkeys.get(params.passkeyId)
    if (stored) passkeys.set(stored.id, { ...stored, rpId: 'auth.example.com' })
    expect(await send(fixture, key.get(await optionsOf(fixture)))).toMatchObject(invalid)
    expect(await logIn(fixture.api, 'body', eve)).toMatchObject({
      status: 403,
      body: { code: 'second_factor_required', factors: ['passkey', 'recoveryCode'] },
    })
  })

  it('passes the gate: a disabled account and an unverified email are refused', async () => {
    const { fixture, key } = await withEvesPasskey()
    const { tables } = fixture.services
    const account = tables.accounts.get(fixture.userId)
    if (!account) throw new Error('Eve has no account')
    tables.accounts.set(account.id, { ...account, emailVerified: false })
    const policy = { ...fixture.services.policy, requireVerifiedEmail: true }
    const strict = { ...fixture, api: gateway({ ...fixture.services, policy }) }
    const answer = await send(strict, key.get(await optionsOf(fixture)))
    expect(answer).toMatchObject({ status: 403, body: { code: 'email_not_verified' } })
    const params = { userId: fixture.userId }
    await fixture.api('PATCH /users/{userId}', { ...asAdmin(fixture), params, body: { status: 'disabled' } })
    const disabled = await send(fixture, key.get(await optionsOf(fixture)))
    expect(disabled).toMatchObject({ status: 403, body: { code: 'account_disabled' } })
  })

  it('with a counter that goes back succeeds, and is an event', async () => {
    const { fixture, key, params } = await withEvesPasskey()
    const attempt = async (counter: number) => {
      const { result, entries } = await capturedLog(async () =>
        send(fixture, key.get(await optionsOf(fixture), { counter })),
      )
      return [result.status, entries.filter(({ type }) => type === 'passkey.counter_went_back')]
    }
    const event = { userId: fixture.userId, passkeyId: params.passkeyId }
    expect(await attempt(5)).toEqual([200, []])
    expect(await attempt(5)).toMatchObject([200, [event]])
    expect(await attempt(0)).toMatchObject([200, [event]])
    expect(await attempt(0)).toEqual([200, []])
  })

  it('from a new device mails the owner', async () => {
    const { fixture, key } = await withEvesPasskey()
    await delivered(fixture.services)
    const body = { passkey: key.get(await optionsOf(fixture)) }
    await fixture.api('POST /auth/passkey/login', { body, headers: { 'user-agent': 'a new one' } })
    const kinds = (await delivered(fixture.services)).map(({ template }) => template.kind)
    expect(kinds).toContain('new_device')
  })

  it('is told a shape that is wrong, and is refused at 10 KB', async () => {
    const { fixture, key } = await withEvesPasskey()
    const passkey = key.get(await optionsOf(fixture))
    const { signature: _, ...response } = passkey.response
    expect(await send(fixture, { ...passkey, response })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'passkey.response.signature' }] },
    })
    const huge = Buffer.alloc(60_000).toString('base64url')
    const large = { ...passkey, response: { ...passkey.response, authenticatorData: huge } }
    expect(await send(fixture, large)).toMatchObject({ status: 413, body: { code: 'payload_too_large' } })
  })

  it('is refused for a user who is deleted', async () => {
    const { fixture, key } = await withEvesPasskey()
    const options = await optionsOf(fixture)
    const params = { userId: fixture.userId }
    await fixture.api('DELETE /users/{userId}', { ...asAdmin(fixture), params })
    expect(await send(fixture, key.get(options))).toMatchObject(invalid)
  })

  it('ignores members that browsers add', async () => {
    const { fixture, key } = await withEvesPasskey()
    const passkey = { ...key.get(await optionsOf(fixture)), future: randomUUID() }
    expect((await send(fixture, passkey)).status).toBe(200)
  })
})
