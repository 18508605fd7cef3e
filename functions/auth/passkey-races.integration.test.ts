import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { authenticator } from '../../tools/testing/authenticator.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import {
  asAdmin,
  asEve,
  type Fixture,
  makeFixture,
  verified,
  withPasskey,
} from '../../tools/testing/fixtures.ts'
import { gateway, type TestAnswer } from '../../tools/testing/gateway.ts'
import { logIn } from '../../tools/testing/test-users.ts'

async function started() {
  const engine = await engineStores()
  return { engine, fixture: await makeFixture({ stores: engine }) }
}
type Engine = Awaited<ReturnType<typeof engineStores>>

const codesOf = (answers: readonly TestAnswer[]) =>
  answers.map(({ status, body }) => (status < 300 ? 'ok' : body.code)).sort()
const loginWith = async ({ api }: Fixture, key: ReturnType<typeof authenticator>) => {
  const { body: options } = await api('POST /auth/passkey/options')
  const body = { passkey: key.get(options), transport: 'body' }
  return () => api('POST /auth/passkey/login', { body })
}
const removal = (fixture: Fixture, params: { passkeyId: string }) =>
  fixture.api('DELETE /users/me/passkeys/{passkeyId}', {
    ...asEve(fixture),
    params,
    body: { transport: 'body' },
  })
/** The keys of the items in `users` that belong to passkeys and codes. */
const factorItems = async ({ client, tables }: Engine) => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.usersTable }))
  const keys = Items.map(({ pk, sk }) => (String(pk).startsWith('CREDENTIAL#') ? 'CREDENTIAL' : String(sk)))
  return keys
    .map((key) => key.split('#')[0])
    .filter((key) => /CREDENTIAL|PASSKEY|RECOVERY/.test(String(key)))
    .sort()
}
const sessionsOf = async ({ client, tables }: Engine, userId: string) => {
  const command = new QueryCommand({
    TableName: tables.sessionsTable,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': `USER#${userId}`, ':sk': 'SESSION#' },
    ConsistentRead: true,
  })
  return (await client.send(command)).Count ?? 0
}

describe('passkeys in parallel', () => {
  it('let one assertion, sent fifty times, open one session', async () => {
    const { engine, fixture } = await started()
    const { key } = await withPasskey(fixture)
    const before = await sessionsOf(engine, fixture.userId)
    const send = await loginWith(fixture, key)
    const answers = await Promise.all(Array.from({ length: 50 }, send))
    expect(codesOf(answers)).toEqual([...Array.from({ length: 49 }, () => 'invalid_passkey'), 'ok'])
    expect((await sessionsOf(engine, fixture.userId)) - before).toBe(1)
  })

  it('let a removal and logins end with no session of the removed passkey', async () => {
    const { engine, fixture } = await started()
    const { key, params } = await withPasskey(fixture)
    const sends = await Promise.all(Array.from({ length: 20 }, () => loginWith(fixture, key)))
    const [removed, ...logins] = await Promise.all([removal(fixture, params), ...sends.map((send) => send())])
    expect(removed?.status).toBe(200)
    const opened = logins.filter(({ status }) => status === 200)
    const codes = new Set(codesOf(logins.filter(({ status }) => status !== 200)))
    expect(['conflict', 'invalid_passkey'].filter((code) => codes.has(code))).toEqual([...codes].sort())
    // A login that was first is ended by the removal.
    for (const { body } of opened) {
      const { refreshToken } = body
      expect((await fixture.api('POST /auth/refresh', { body: { refreshToken } })).status).toBe(401)
    }
    expect((await (await loginWith(fixture, key))()).body.code).toBe('invalid_passkey')
    expect(await factorItems(engine)).toEqual([])
  })

  it('keep one of the last two ways in that are removed at once', async () => {
    const { engine, fixture } = await started()
    const { params: one, key: first } = await withPasskey(fixture)
    const { params: other, key: second } = await withPasskey(fixture)
    const account = await fixture.services.users.findById(fixture.userId)
    if (!account) throw new Error('Eve has no account')
    await fixture.services.users.replacePasswordHash(account.id, account.passwordHash, '')
    const answers = await Promise.all([removal(fixture, one), removal(fixture, other)])
    expect(codesOf(answers).filter((code) => code === 'ok')).toHaveLength(1)
    const logins = await Promise.all([first, second].map(async (key) => (await loginWith(fixture, key))()))
    expect(codesOf(logins)).toEqual(['invalid_passkey', 'ok'])
    const left = logins.findIndex(({ status }) => status === 200)
    const login = logins[left] as TestAnswer
    const last = await removal({ ...fixture, login }, [one, other][left] ?? one)
    expect(last.body.code).toBe('last_way_in')
    expect(await factorItems(engine)).toEqual(['CREDENTIAL', 'PASSKEY', 'RECOVERY_CODES'])
  })

  it('let one of two accounts register a credential', async () => {
    const { engine, fixture } = await started()
    await verified(fixture)
    const { services } = fixture
    const api = gateway({ ...services, policy: { ...services.policy, sendsMail: false } })
    Object.assign(fixture.admin.login, await logIn(api))
    const key = authenticator()
    const answers = await Promise.all(
      [asEve(fixture), asAdmin(fixture)].map(async (caller) => {
        const { body: options } = await api('POST /users/me/passkeys/options', caller)
        return { caller, body: { passkey: key.create(options) } }
      }),
    ).then((requests) =>
      Promise.all(requests.map(({ caller, body }) => api('POST /users/me/passkeys', { ...caller, body }))),
    )
    expect(codesOf(answers)).toEqual(['ok', 'passkey_exists'])
    expect(await factorItems(engine)).toEqual(['CREDENTIAL', 'PASSKEY', 'RECOVERY_CODES'])
    const accounts = await Promise.all([fixture.userId, fixture.admin.id].map(services.users.findById))
    expect(accounts.map((account) => account?.factors.passkeys).sort()).toEqual([0, 1])
  })

  it('let fifty registrations of one session add one passkey', async () => {
    const { engine, fixture } = await started()
    await verified(fixture)
    const { body: options } = await fixture.api('POST /users/me/passkeys/options', asEve(fixture))
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => {
        const body = { passkey: authenticator().create(options) }
        return fixture.api('POST /users/me/passkeys', { ...asEve(fixture), body })
      }),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const account = await fixture.services.users.findById(fixture.userId)
    expect(account?.factors.passkeys).toBe(1)
    expect(await factorItems(engine)).toEqual(['CREDENTIAL', 'PASSKEY', 'RECOVERY_CODES'])
  })
})
