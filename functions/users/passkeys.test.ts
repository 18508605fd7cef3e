import { authenticator } from '../../tools/testing/authenticator.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { asEve, type Fixture, makeFixture, verified, withPasskey } from '../../tools/testing/fixtures.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { bearer, eve, logIn, sessionIdOf, withRoles } from '../../tools/testing/test-users.ts'

const claimsOf = ({ body }: { body: any }) =>
  JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
const optionsOf = async (fixture: Fixture) =>
  (await fixture.api('POST /users/me/passkeys/options', asEve(fixture))).body
const add = (fixture: Fixture, passkey: unknown, more: object = {}) =>
  fixture.api('POST /users/me/passkeys', { ...asEve(fixture), body: { passkey, transport: 'body', ...more } })
const remove = (fixture: Fixture, passkeyId: string) =>
  fixture.api('DELETE /users/me/passkeys/{passkeyId}', {
    ...asEve(fixture),
    params: { passkeyId },
    body: { transport: 'body' },
  })
const list = async (fixture: Fixture) =>
  (await fixture.api('GET /users/me/passkeys', asEve(fixture))).body.passkeys
const accountOf = async ({ services, userId }: Fixture) => {
  const account = await services.users.findById(userId)
  if (!account) throw new Error('There is no account')
  return account
}
async function eveVerified(change: Parameters<typeof makeFixture>[0] = {}) {
  const fixture = await makeFixture(change)
  await verified(fixture)
  return fixture
}
/** Eve's account without a password, as one that signed up with a passkey. */
const withoutPassword = async ({ services: { tables }, userId }: Fixture) => {
  const account = tables.accounts.get(userId)
  if (account) tables.accounts.set(userId, { ...account, passwordHash: '' })
}

describe('the options of a registration', () => {
  it('ask for a passkey that verifies its user, of the user who calls', async () => {
    const fixture = await eveVerified()
    expect(await optionsOf(fixture)).toEqual({
      rp: { id: 'example.com', name: 'Cardea' },
      user: {
        id: Buffer.from(fixture.userId.replaceAll('-', ''), 'hex').toString('base64url'),
        name: eve.email,
        displayName: eve.name,
      },
      challenge: expect.stringMatching(/^[\w-]{51}$/),
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
      timeout: 600_000,
      excludeCredentials: [],
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
    })
  })

  it('exclude the passkeys that the user has', async () => {
    const fixture = await makeFixture()
    const { key } = await withPasskey(fixture)
    expect((await optionsOf(fixture)).excludeCredentials).toEqual([
      { type: 'public-key', id: key.id, transports: ['internal', 'hybrid'] },
    ])
  })
})

describe('a registration', () => {
  it('adds the first factor with ten recovery codes, replaces the session and ends all others', async () => {
    const fixture = await eveVerified()
    const before = await accountOf(fixture)
    const former = claimsOf(fixture.login)
    fixture.services.clock.advance(60)
    const other = await logIn(fixture.api, 'body', eve)
    const answer = await add(fixture, authenticator().create(await optionsOf(fixture)))
    expect(answer).toMatchObject({ status: 201, body: { passkey: { name: 'Passkey 1', backedUp: false } } })
    expect(answer.body.recoveryCodes).toHaveLength(10)
    expect(await accountOf(fixture)).toMatchObject({
      factors: { totp: false, passkeys: 1 },
      claimsVersion: before.claimsVersion + 1,
      sessionVersion: before.sessionVersion + 1,
    })
    expect(claimsOf(answer)).toMatchObject({
      acr: 'aal2',
      amr: ['pwd', 'pop', 'user', 'mfa'],
      auth_time: former.auth_time,
    })
    expect(claimsOf(answer).sid).not.toBe(former.sid)
    for (const ended of [fixture.login, other]) {
      expect((await fixture.api('GET /users/me', { headers: bearer(ended) })).status).toBe(401)
      const { refreshToken } = ended.body
      expect((await fixture.api('POST /auth/refresh', { body: { refreshToken } })).status).toBe(401)
    }
    expect((await fixture.api('GET /users/me', { headers: bearer(answer) })).status).toBe(200)
    const { tables } = fixture.services
    const expiresAt = tables.sessions.get(sessionIdOf(answer))?.expiresAt
    expect(expiresAt).toBe(former.auth_time + fixture.services.lifetimes.sessionAbsoluteSeconds)
    expect(tables.recoveryCodes.get(fixture.userId)?.hashes).toHaveLength(10)
  })

  it('of a second passkey has no recovery codes, and takes its name', async () => {
    const fixture = await makeFixture()
    await withPasskey(fixture)
    const passkey = authenticator({ synced: true }).create(await optionsOf(fixture))
    const { status, body } = await add(fixture, passkey, { name: '  My phone ' })
    expect([status, body.passkey.name, body.passkey.backedUp]).toEqual([201, 'My phone', true])
    expect(body).not.toHaveProperty('recoveryCodes')
  })

  it('needs a verified email with mail configured, and none without', async () => {
    const fixture = await makeFixture()
    const refused = { status: 403, body: { code: 'email_not_verified' } }
    expect(await fixture.api('POST /users/me/passkeys/options', asEve(fixture))).toMatchObject(refused)
    const policy = { ...fixture.services.policy, sendsMail: false }
    const api = gateway({ ...fixture.services, policy })
    const passkey = authenticator().create(await optionsOf({ ...fixture, api }))
    expect(await add(fixture, passkey)).toMatchObject(refused)
    expect((await add({ ...fixture, api }, passkey)).status).toBe(201)
  })

  it('is refused without a fresh proof', async () => {
    const fixture = await eveVerified()
    const passkey = authenticator().create(await optionsOf(fixture))
    fixture.services.clock.advance(601)
    const refused = { status: 401, body: { code: 'reauthentication_required' } }
    expect(await add(fixture, passkey)).toMatchObject(refused)
    expect(await fixture.api('POST /users/me/passkeys/options', asEve(fixture))).toMatchObject(refused)
  })

  it.each<[string, (fixture: Fixture) => Promise<string>]>([
    ['of a login', async ({ api }) => (await api('POST /auth/passkey/options')).body.challenge],
    [
      'of another session of the user',
      async (fixture) =>
        (await optionsOf({ ...fixture, login: await logIn(fixture.api, 'body', eve) })).challenge,
    ],
    [
      'of another user',
      async ({ services, admin }) => {
        const api = gateway({ ...services, policy: { ...services.policy, sendsMail: false } })
        return (await api('POST /users/me/passkeys/options', { headers: bearer(admin.login) })).body.challenge
      },
    ],
    [
      'that has expired',
      async (fixture) => {
        const { challenge } = await optionsOf(fixture)
        fixture.services.clock.advance(600)
        return challenge
      },
    ],
    ['of nobody', async () => Buffer.alloc(38, 1).toString('base64url')],
  ])('is refused with a challenge %s', async (_, challengeOf) => {
    const fixture = await eveVerified()
    const challenge = await challengeOf(fixture)
    const options = { challenge, rp: { id: 'example.com' }, user: { id: 'AAAA' } }
    expect(await add(fixture, authenticator().create(options))).toMatchObject({
      status: 400,
      body: { code: 'invalid_passkey' },
    })
    expect((await accountOf(fixture)).factors.passkeys).toBe(0)
  })

  it('is refused without user verification, with certificates, and if it is truncated', async () => {
    const fixture = await eveVerified()
    const options = await optionsOf(fixture)
    const x5c = new Map<unknown, unknown>([
      ['alg', -7],
      ['sig', Buffer.alloc(70)],
      ['x5c', [Buffer.alloc(500)]],
    ])
    const changes = [
      { userVerified: false },
      { format: 'packed', statement: x5c },
      { attestationObject: (bytes: Buffer) => bytes.subarray(0, -1) },
    ]
    for (const change of changes)
      expect(await add(fixture, authenticator().create(options, change))).toMatchObject({
        status: 400,
        body: { code: 'invalid_passkey' },
      })
    expect((await add(fixture, authenticator().create(options, { format: 'packed' }))).status).toBe(201)
  })

  it('of a passkey that anybody has registered is refused', async () => {
    const fixture = await makeFixture()
    const { key } = await withPasskey(fixture)
    const again = await add(fixture, key.create(await optionsOf(fixture)))
    expect(again).toMatchObject({ status: 409, body: { code: 'passkey_exists' } })
  })

  it('is refused at the 21st passkey, also its options', async () => {
    const fixture = await eveVerified()
    const passkey = authenticator().create(await optionsOf(fixture))
    const account = await accountOf(fixture)
    fixture.services.tables.accounts.set(account.id, { ...account, factors: { totp: false, passkeys: 20 } })
    const refused = { status: 409, body: { code: 'too_many_passkeys' } }
    expect(await add(fixture, passkey)).toMatchObject(refused)
    expect(await fixture.api('POST /users/me/passkeys/options', asEve(fixture))).toMatchObject(refused)
  })

  it('of 60 KB is refused as too large', async () => {
    const fixture = await eveVerified()
    const attestationObject = () => Buffer.alloc(60_000)
    const large = authenticator().create(await optionsOf(fixture), { attestationObject })
    expect(await add(fixture, large)).toMatchObject({ status: 413, body: { code: 'payload_too_large' } })
  })

  it('is an event, as is a removal', async () => {
    const fixture = await eveVerified()
    const passkey = authenticator().create(await optionsOf(fixture))
    const { entries } = await capturedLog(async () => {
      const answer = await add(fixture, passkey)
      await remove({ ...fixture, login: answer }, answer.body.passkey.id)
    })
    const event = { userId: fixture.userId, actor: fixture.userId, factor: 'passkey' }
    expect(entries).toContainEqual(expect.objectContaining({ type: 'factor.added', ...event }))
    expect(entries).toContainEqual(expect.objectContaining({ type: 'factor.removed', ...event }))
  })
})

describe('a removal', () => {
  it('takes the recovery codes with the last factor, replaces the session and ends all others', async () => {
    const fixture = await makeFixture()
    const { key, params } = await withPasskey(fixture)
    const former = fixture.login
    const answer = await remove(fixture, params.passkeyId)
    expect(answer.status).toBe(200)
    expect(claimsOf(answer)).toMatchObject({ auth_time: claimsOf(former).auth_time, acr: 'aal2' })
    expect((await fixture.api('GET /users/me', { headers: bearer(former) })).status).toBe(401)
    expect(await list({ ...fixture, login: answer })).toEqual([])
    const { tables } = fixture.services
    expect((await accountOf(fixture)).factors).toEqual({ totp: false, passkeys: 0 })
    expect([tables.recoveryCodes.size, tables.passkeys.size]).toEqual([0, 0])
    const { body: options } = await fixture.api('POST /auth/passkey/options')
    const login = { body: { passkey: key.get(options) } }
    expect((await fixture.api('POST /auth/passkey/login', login)).status).toBe(400)
    expect((await logIn(fixture.api, 'body', eve)).status).toBe(200)
  })

  it('leaves the recovery codes to another passkey', async () => {
    const fixture = await makeFixture()
    const { params } = await withPasskey(fixture)
    await withPasskey(fixture)
    expect((await remove(fixture, params.passkeyId)).status).toBe(200)
    expect(fixture.services.tables.recoveryCodes.size).toBe(1)
  })

  it('of the last way in is refused: a passkey of another RP ID is none', async () => {
    const fixture = await makeFixture()
    const { params } = await withPasskey(fixture)
    const { params: other } = await withPasskey(fixture)
    await withoutPassword(fixture)
    const { passkeys } = fixture.services.tables
    const stored = passkeys.get(other.passkeyId)
    if (stored) passkeys.set(stored.id, { ...stored, rpId: 'former.example.com' })
    const refused = { status: 409, body: { code: 'last_way_in' } }
    expect(await remove(fixture, params.passkeyId)).toMatchObject(refused)
    const removed = await remove(fixture, other.passkeyId)
    expect(removed.status).toBe(200)
    expect(await remove({ ...fixture, login: removed }, params.passkeyId)).toMatchObject(refused)
  })

  it('of an administrator’s last factor is refused, unless the policy asks for none', async () => {
    const fixture = await makeFixture({ policy: { secondFactorFor: 'admin' } })
    const { key, params } = await withPasskey(fixture)
    await withRoles(fixture.services.users, fixture.userId)
    const { body: options } = await fixture.api('POST /auth/passkey/options')
    const body = { passkey: key.get(options), transport: 'body' }
    Object.assign(fixture.login, await fixture.api('POST /auth/passkey/login', { body }))
    const refused = await remove(fixture, params.passkeyId)
    expect(refused).toMatchObject({ status: 409, body: { code: 'second_factor_missing' } })
    const policy = { ...fixture.services.policy, secondFactorFor: 'none' as const }
    const api = gateway({ ...fixture.services, policy })
    expect((await remove({ ...fixture, api }, params.passkeyId)).status).toBe(200)
  })

  it('and a new name are not found for passkeys of other users', async () => {
    const fixture = await makeFixture()
    const { params } = await withPasskey(fixture)
    const ada = { ...fixture, login: fixture.admin.login }
    expect((await remove(ada, params.passkeyId)).status).toBe(404)
    const rename = { headers: bearer(fixture.admin.login), params, body: { name: 'Mine' } }
    expect((await fixture.api('PATCH /users/me/passkeys/{passkeyId}', rename)).status).toBe(404)
    expect(await list(fixture)).toMatchObject([{ name: 'My phone' }])
    expect(await list(ada)).toEqual([])
  })
})

describe('the list of passkeys', () => {
  it('shows neither keys nor credential ids', async () => {
    const fixture = await makeFixture()
    const { params } = await withPasskey(fixture)
    const createdAt = new Date(fixture.services.clock.now() * 1000).toISOString()
    const shown = { id: params.passkeyId, name: 'My phone', rpId: 'example.com', backedUp: false }
    expect(await list(fixture)).toEqual([{ ...shown, createdAt, lastUsedAt: createdAt }])
  })
})
