import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { engineStores } from '../../tools/testing/engine.ts'
import { authSessionOf, enrolled, type Fixture, makeFixture, verified } from '../../tools/testing/fixtures.ts'
import type { TestAnswer } from '../../tools/testing/gateway.ts'
import { bearer, eve, logIn } from '../../tools/testing/test-users.ts'
import { totpCode } from '../../tools/testing/totp-codes.ts'

const fifty = <T>(ask: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 50 }, (_, index) => ask(index)))
const started = async () => {
  const engine = await engineStores()
  const fixture = await makeFixture({ stores: engine })
  await verified(fixture)
  return { engine, fixture }
}
const prove = ({ api }: Pick<Fixture, 'api'>, body: object) =>
  api('POST /auth/second-factor', { body: { transport: 'body', ...body } })
const refresh = ({ api }: Fixture, { body }: TestAnswer) =>
  api('POST /auth/refresh', { body: { refreshToken: body.refreshToken } })
const codesOf = (answers: readonly TestAnswer[]) => answers.map(({ body }) => body.code ?? 'opened').sort()

/** Auth sessions of fifty logins. */
const authSessions = (fixture: Fixture) => fifty(() => authSessionOf(fixture))

describe('fifty second steps at once', () => {
  it('with one time step open one session, from fifty logins', async () => {
    const { fixture } = await started()
    const { code } = await enrolled(fixture)
    const all = await authSessions(fixture)
    const totp = code()
    const answers = await fifty((index) => prove(fixture, { authSession: all[index], totp }))
    expect(codesOf(answers)).toEqual([...Array(49).fill('invalid_code'), 'opened'])
  })

  it('with one recovery code open one session, and leave nine codes', async () => {
    const { fixture } = await started()
    const { recoveryCodes } = await enrolled(fixture)
    const all = await authSessions(fixture)
    const [recoveryCode] = recoveryCodes
    const answers = await fifty((index) => prove(fixture, { authSession: all[index], recoveryCode }))
    expect(codesOf(answers)).toEqual([...Array(49).fill('invalid_code'), 'opened'])
    const own = { headers: bearer(fixture.login) }
    expect((await fixture.api('GET /users/me/factors', own)).body.recoveryCodes.left).toBe(9)
  })

  it('of one auth session, with ten recovery codes, open one session', async () => {
    const { fixture } = await started()
    const { recoveryCodes } = await enrolled(fixture)
    const authSession = await authSessionOf(fixture)
    const answers = await Promise.all(
      recoveryCodes.map((recoveryCode) => prove(fixture, { authSession, recoveryCode })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const own = { headers: bearer(fixture.login) }
    expect((await fixture.api('GET /users/me/factors', own)).body.recoveryCodes.left).toBe(9)
  })
})

describe('an enrolment and logins at once', () => {
  it('leave no session at aal1 that can go on', async () => {
    const { fixture } = await started()
    const headers = bearer(fixture.login)
    const { secret } = (await fixture.api('POST /users/me/totp', { headers })).body
    const body = { code: totpCode(secret, fixture.services.clock.now()), transport: 'body' }
    const [confirmed, ...logins] = await Promise.all([
      fixture.api('POST /users/me/totp/confirm', { headers, body }),
      ...Array.from({ length: 10 }, () => logIn(fixture.api, 'body', eve)),
    ])
    expect(confirmed.status).toBe(200)
    for (const login of logins.filter(({ status }) => status === 200)) {
      expect(await refresh(fixture, login)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
      expect(await fixture.api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    }
    expect(await refresh(fixture, confirmed)).toMatchObject({ status: 200 })
  })

  it('of fifty enrolments with the same pending secret, make one', async () => {
    const { fixture } = await started()
    const headers = bearer(fixture.login)
    const { secret } = (await fixture.api('POST /users/me/totp', { headers })).body
    const body = { code: totpCode(secret, fixture.services.clock.now()), transport: 'body' }
    const answers = await fifty(() => fixture.api('POST /users/me/totp/confirm', { headers, body }))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('a removal and second steps at once', () => {
  it('leave only sessions that go on, or none', async () => {
    const { fixture } = await started()
    const { recoveryCodes, login } = await enrolled(fixture)
    const all = await Promise.all(recoveryCodes.map(() => authSessionOf(fixture)))
    const [removed, ...answers] = await Promise.all([
      fixture.api('DELETE /users/me/totp', { headers: bearer(login), body: { transport: 'body' } }),
      ...recoveryCodes.map((recoveryCode, index) =>
        prove(fixture, { authSession: all[index], recoveryCode }),
      ),
    ])
    expect(removed.status).toBe(200)
    // What was opened before the removal has ended with it, and nothing was opened after it.
    for (const answer of answers.filter(({ status }) => status === 200))
      expect(await refresh(fixture, answer)).toMatchObject({ status: 401 })
    expect(await refresh(fixture, removed)).toMatchObject({ status: 200 })
    expect(await logIn(fixture.api, 'body', eve)).toMatchObject({ status: 200 })
  })
})

describe('a store that fails between two steps', () => {
  /** The engine's client fails from its n-th call on. */
  const dying = (client: Awaited<ReturnType<typeof engineStores>>['client'], after: number) => {
    let calls = 0
    client.middlewareStack.add(
      (next) => async (args) => {
        if (calls++ >= after) throw Object.assign(new Error('gone'), { name: 'InternalServerError' })
        return next(args)
      },
      { step: 'initialize', name: 'dying', override: true },
    )
    return () => client.middlewareStack.remove('dying')
  }

  it('leaves the state before an enrolment or the one after it', async () => {
    for (let after = 1; after < 7; after++) {
      const { engine, fixture } = await started()
      const headers = bearer(fixture.login)
      const { secret } = (await fixture.api('POST /users/me/totp', { headers })).body
      const body = { code: totpCode(secret, fixture.services.clock.now()), transport: 'body' }
      const mend = dying(engine.client, after)
      await fixture.api('POST /users/me/totp/confirm', { headers, body })
      mend()
      const { totp, recoveryCodes, account } = await engine.totps.find(fixture.userId)
      const state = [account?.factors.totp, totp !== undefined, recoveryCodes?.hashes.length ?? 0]
      expect([
        [false, false, 0],
        [true, true, 10],
      ]).toContainEqual(state)
      const { status } = await logIn(fixture.api, 'body', eve)
      expect(status).toBe(account?.factors.totp ? 403 : 200)
    }
  })

  it('uses up a code only together with the session that it opens', async () => {
    for (let after = 1; after < 9; after++) {
      const { engine, fixture } = await started()
      const { recoveryCodes } = await enrolled(fixture)
      const authSession = await authSessionOf(fixture)
      const sessionsBefore = (await engine.sessions.list(fixture.userId, 0)).length
      const mend = dying(engine.client, after)
      await prove(fixture, { authSession, recoveryCode: recoveryCodes[0] })
      mend()
      const opened = (await engine.sessions.list(fixture.userId, 0)).length - sessionsBefore
      const used = 10 - ((await engine.totps.find(fixture.userId)).recoveryCodes?.hashes.length ?? 0)
      expect([after, opened]).toEqual([after, used])
    }
  })
})

/** Twenty passkeys, the most that an account has. */
async function withPasskeys({ users }: Awaited<ReturnType<typeof engineStores>>, userId: string) {
  const passkeys = Array.from({ length: 20 }, (_, index) => ({
    ...{ userId, id: `passkey-${index}`, credentialId: `${index}`, publicKey: 'x', counter: 0 },
    ...{ transports: [], rpId: 'example.com', backupEligible: false, backedUp: false, name: 'x' },
    ...{ createdAt: index, lastUsedAt: index },
  }))
  for (const [index, addsPasskey] of passkeys.entries()) {
    const account = await users.findById(userId)
    if (!account) throw new Error('There is no account')
    const factors = { totp: true, passkeys: index + 1 }
    const change = { factors, factorWrites: { addsPasskey }, endsSessions: false, deniedUntil: 0 }
    expect(await users.change(account, change)).toMatchObject({ factors })
  }
  return passkeys
}
const secondLogin = async (fixture: Fixture, recoveryCode?: string) =>
  prove(fixture, { authSession: await authSessionOf(fixture), recoveryCode })

describe('the deletion of an account', () => {
  it('deletes every item of its factors, also of an enrolment that waits', async () => {
    const { engine, fixture } = await started()
    const { login, recoveryCodes } = await enrolled(fixture)
    const headers = bearer(login)
    await fixture.api('POST /users/me/totp', { headers })
    const passkeys = await withPasskeys(engine, fixture.userId)
    headers.authorization = bearer(await secondLogin(fixture, recoveryCodes[0])).authorization
    expect(await fixture.api('DELETE /users/me', { headers })).toMatchObject({ status: 204 })
    const found = await engine.totps.find(fixture.userId)
    expect(found).toEqual({ account: undefined, totp: undefined, recoveryCodes: undefined })
    expect(await engine.totps.findPending(fixture.userId)).toBeUndefined()
    expect(await engine.passkeys.list(fixture.userId)).toEqual([])
    // Their credential ids are free again.
    for (const { id } of passkeys) {
      const Key = { pk: `CREDENTIAL#${id}`, sk: 'RESERVATION' }
      const { Item } = await engine.client.send(new GetCommand({ TableName: engine.tables.usersTable, Key }))
      expect(Item).toBeUndefined()
    }
  })
})
