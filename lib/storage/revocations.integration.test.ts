import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { newAccount } from '../../tools/testing/accounts.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { newIdentity } from '../../tools/testing/identities.ts'
import { memoryStores } from '../../tools/testing/memory-stores.ts'
import { memoryTables } from '../../tools/testing/memory-tables.ts'
import type { UserStore } from '../domain/ports.ts'
import type { ProviderAccount, Revocation } from '../domain/social-ports.ts'
import { dynamoRevocations } from './revocations.ts'

const NOW = 1_800_000_000
const UNTIL = NOW + 3900
const apple = { provider: 'apple', issuer: 'https://appleid.apple.com', sealedRefreshToken: 'sealed' }

interface Stores {
  readonly users: UserStore
  /** The jobs that are left, as the stream delivers them. */
  jobs(): Promise<Revocation[]>
}
const memory = async (): Promise<Stores> => {
  const tables = memoryTables()
  return { ...memoryStores(tables), jobs: async () => tables.revocations }
}
const itemsOf = async ({ client, tables }: Awaited<ReturnType<typeof engineStores>>) =>
  (await client.send(new ScanCommand({ TableName: tables.sessionsTable }))).Items ?? []
const recordOf = (item: object) => ({ dynamodb: { NewImage: marshall(item) } })
const dynamo = async (): Promise<Stores> => {
  const engine = await engineStores()
  const jobs = async () => (await itemsOf(engine)).map((item) => engine.revocations.read(recordOf(item)).job)
  return { ...engine, jobs }
}

/** An account with one identity. */
async function linked({ users }: Pick<Stores, 'users'>, change: Partial<ProviderAccount>) {
  const account = newAccount({ emailVerified: true, identities: 1 })
  const identity = newIdentity(account.id, NOW, change)
  await users.create(account, NOW, identity)
  const { provider, subject } = identity
  return { account, identity, job: { provider, subject, sealedRefreshToken: 'sealed' } }
}

describe.each([
  ['in memory', memory],
  ['in DynamoDB', dynamo],
])('the token of an identity, %s', (_, make) => {
  it('is left as a job by a deletion', async () => {
    const stores = await make()
    const { account, job } = await linked(stores, apple)
    expect(await stores.jobs()).toEqual([])
    await stores.users.remove(account, { now: NOW, deniedUntil: UNTIL })
    expect(await stores.jobs()).toEqual([job])
  })

  it('is left as a job by its removal, and by no removal that fails', async () => {
    const stores = await make()
    const { account, identity, job } = await linked(stores, apple)
    const unlink = { identities: 0, identityWrites: { removes: [identity] }, endsSessions: true }
    const outdated = { ...account, claimsVersion: 9 }
    const change = { ...unlink, deniedUntil: UNTIL }
    expect(await stores.users.change(outdated, change)).toBe('version_conflict')
    expect(await stores.jobs()).toEqual([])
    expect(await stores.users.change(account, change)).toMatchObject({ identities: 0 })
    expect(await stores.jobs()).toEqual([job])
  })

  it('needs no job if there is none', async () => {
    const stores = await make()
    const { account } = await linked(stores, {})
    await stores.users.remove(account, { now: NOW, deniedUntil: UNTIL })
    expect(await stores.jobs()).toEqual([])
  })
})

describe('a job to revoke a token', () => {
  it('has an id of its own, a version and an end, and is deleted once it is done', async () => {
    const engine = await engineStores()
    const { account, job } = await linked(engine, apple)
    await engine.users.remove(account, { now: NOW, deniedUntil: UNTIL })
    const [item = {}, ...others] = await itemsOf(engine)
    expect(others).toEqual([])
    expect(item).toMatchObject({ sk: 'JOB', v: 1 })
    const { id, ...read } = engine.revocations.read(recordOf(item))
    expect([`REVOCATION#${id}`, read]).toEqual([item.pk, { job, expiresAt: UNTIL }])
    await engine.revocations.forget(id)
    expect(await itemsOf(engine)).toEqual([])
  })

  it.each([
    [{}, 'pk'],
    [{ pk: 'REVOCATION#1', job: { provider: 'apple' }, expiresAt: 1 }, 'job'],
  ])('that no writer of ours wrote is refused: %j', async (item, field) => {
    const { client, tables } = await engineStores()
    const read = () => dynamoRevocations(client, tables).read(recordOf(item))
    expect(read).toThrow(`A stored revocation has no usable ${field}`)
  })
})
