import { randomUUID } from 'node:crypto'
import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { engineStores } from '../../tools/testing/engine.ts'
import { memoryStores } from '../../tools/testing/memory-stores.ts'
import { memoryTables } from '../../tools/testing/memory-tables.ts'
import type { Stores } from '../../tools/testing/test-services.ts'
import type {
  LinkCode,
  LinkSession,
  LinkTicket,
  ProviderIdentity,
  SocialFlow,
  SocialResult,
} from '../domain/social-ports.ts'
import { newSecret } from '../domain/social-secrets.ts'
import { flowKey, linkSessionKey } from './item-keys.ts'

const NOW = 1_800_000_000
const MOST = 5
const owner = { userId: randomUUID(), sessionVersion: 3 }
const hash = () => newSecret().hash
const fifty = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, ask))

const identity: ProviderIdentity = {
  provider: 'google',
  issuer: 'https://accounts.google.com',
  subject: '1234567890',
  email: 'ada@example.com',
  name: 'Ada \u{1F98B} Łovelace',
  accountName: 'ada@example.com',
  authTime: NOW - 60,
  sealedRefreshToken: 'sealed',
}
const nameless = { provider: 'github', issuer: 'https://github.com', subject: '1' }
const flow = (change: Partial<SocialFlow> = {}): SocialFlow => ({
  stateHash: hash(),
  provider: 'google',
  purpose: 'login',
  redirect: 'https://app.example.com/login',
  codeChallenge: hash(),
  nonce: hash(),
  codeVerifier: hash(),
  cookieHash: hash(),
  expiresAt: NOW + 600,
  ...change,
})
const ticket = (): LinkTicket => ({
  ticketHash: hash(),
  provider: 'google',
  purpose: 'link',
  redirect: 'https://app.example.com/account',
  codeChallenge: hash(),
  owner,
  expiresAt: NOW + 60,
})
const result = (change: Partial<SocialResult> = {}): SocialResult => ({
  codeHash: hash(),
  purpose: 'login',
  codeChallenge: hash(),
  identity,
  expiresAt: NOW + 60,
  ...change,
})
const session = (change: Partial<LinkSession> = {}): LinkSession => ({
  tokenHash: hash(),
  identity,
  expiresAt: NOW + 600,
  ...change,
})
const code = (change: Partial<LinkCode> = {}): LinkCode => ({
  email: 'ada@example.com',
  digitsHash: 'digits',
  attempts: 0,
  expiresAt: NOW + 300,
  ...change,
})
const memory = async (): Promise<Stores> => memoryStores(memoryTables())

describe.each([
  ['in memory', memory],
  ['in DynamoDB', engineStores],
])('social logins on their way, %s', (_, make) => {
  let social: Stores['social']
  beforeAll(async () => {
    social = (await make()).social
  })

  /** Puts an item, and returns how it is taken. */
  const putOf: Record<string, (undefinedFields: boolean) => Promise<[object, () => Promise<unknown>]>> = {
    flow: async (bare) => {
      const item = bare ? flow({ owner: undefined, name: undefined }) : flow({ purpose: 'link', owner })
      await social.putFlow(item)
      return [item, () => social.takeFlow(item.stateHash)]
    },
    ticket: async () => {
      const item = ticket()
      await social.putTicket(item)
      return [item, () => social.takeTicket(item.ticketHash)]
    },
    result: async (bare) => {
      const item = bare ? result({ identity: { ...nameless, email: undefined } }) : result({ owner })
      await social.putResult(item)
      return [item, () => social.takeResult(item.codeHash)]
    },
  }
  describe.each(Object.keys(putOf))('a %s', (kind) => {
    const put = async (bare = false) => (await putOf[kind]?.(bare)) as [object, () => Promise<unknown>]

    it('is taken as it was put, once', async () => {
      for (const bare of [false, true]) {
        const [item, take] = await put(bare)
        expect(await take()).toEqual(item)
        expect(await take()).toBeUndefined()
      }
    })

    it('is taken by one of fifty calls at once', async () => {
      const [item, take] = await put()
      const taken = (await fifty(take)).filter((each) => each !== undefined)
      expect(taken).toEqual([item])
    })
  })

  describe('a flow', () => {
    it('is found until it is taken', async () => {
      const item = flow()
      await social.putFlow(item)
      expect(await social.findFlow(item.stateHash)).toEqual(item)
      await social.takeFlow(item.stateHash)
      expect(await social.findFlow(item.stateHash)).toBeUndefined()
    })

    it('gets a name, and none is made by a name', async () => {
      const item = flow()
      await social.putFlow(item)
      await social.nameFlow(item.stateHash, 'Ada')
      expect(await social.takeFlow(item.stateHash)).toEqual({ ...item, name: 'Ada' })
      await social.nameFlow(item.stateHash, 'Eve')
      expect(await social.findFlow(item.stateHash)).toBeUndefined()
    })
  })

  describe('a link session', () => {
    it('is found as it was put, with and without its account and its code', async () => {
      for (const item of [session(), session({ owner, identity: nameless, code: code({ owner }) })]) {
        await social.putLinkSession(item)
        expect(await social.findLinkSession(item.tokenHash)).toEqual(item)
      }
      expect(await social.findLinkSession(hash())).toBeUndefined()
    })

    it('gets digits, which replace earlier ones, and none is made by digits', async () => {
      const item = session({ owner })
      await social.putLinkSession(item)
      for (const next of [code({ attempts: 4 }), code({ email: 'eve@example.com', owner: undefined })]) {
        expect(await social.putLinkCode(item.tokenHash, next)).toBe(true)
        expect(await social.findLinkSession(item.tokenHash)).toEqual({ ...item, code: next })
      }
      const unknown = hash()
      expect(await social.putLinkCode(unknown, code())).toBe(false)
      expect(await social.findLinkSession(unknown)).toBeUndefined()
    })

    it('counts fifty attempts at its digits at once, and lets five compare', async () => {
      const item = session({ code: code() })
      await social.putLinkSession(item)
      const tried = await fifty(() => social.attemptLinkCode(item.tokenHash, MOST, NOW))
      const counts = tried.flatMap((each) => each?.code?.attempts ?? [])
      expect(counts.sort()).toEqual([1, 2, 3, 4, 5])
      expect(tried.find((each) => each?.code?.attempts === 5)).toEqual({
        ...item,
        code: code({ attempts: 5 }),
      })
      expect(await social.attemptLinkCode(item.tokenHash, MOST, NOW)).toBeUndefined()
    })

    it.each([
      ['has no digits', session()],
      ['has expired digits', session({ code: code({ expiresAt: NOW }) })],
      ['has expired', session({ expiresAt: NOW, code: code() })],
    ])('that %s counts no attempt', async (_, item) => {
      await social.putLinkSession(item)
      expect(await social.attemptLinkCode(item.tokenHash, MOST, NOW)).toBeUndefined()
      expect(await social.findLinkSession(item.tokenHash)).toEqual(item)
    })

    it('that is gone counts no attempt, and is not made by one', async () => {
      const unknown = hash()
      expect(await social.attemptLinkCode(unknown, MOST, NOW)).toBeUndefined()
      expect(await social.findLinkSession(unknown)).toBeUndefined()
    })
  })
})

describe('an item of a social login', () => {
  it('has a version and expires, whatever it is for', async () => {
    const { client, tables, social } = await engineStores()
    await social.putFlow(flow())
    await social.putTicket(ticket())
    await social.putResult(result())
    await social.putLinkSession(session())
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.sessionsTable }))
    expect(Items.map(({ sk }) => sk).sort()).toEqual(['FLOW', 'LINK_SESSION', 'RESULT', 'TICKET'])
    for (const { v, expiresAt } of Items) expect([v, expiresAt > NOW]).toEqual([1, true])
  })

  it('is not made anew by a name or digits that come too late', async () => {
    const { client, tables, social } = await engineStores()
    await social.nameFlow(hash(), 'Ada')
    await social.putLinkCode(hash(), code())
    await social.attemptLinkCode(hash(), MOST, NOW)
    const { Count } = await client.send(new ScanCommand({ TableName: tables.sessionsTable }))
    expect(Count).toBe(0)
  })

  it('that no writer of ours wrote fails the request with the name of the field', async () => {
    const { client, tables, social } = await engineStores()
    const damage = (Key: Record<string, string>, field: string) =>
      client.send(
        new UpdateCommand({
          TableName: tables.sessionsTable,
          Key,
          UpdateExpression: 'REMOVE #field',
          ExpressionAttributeNames: { '#field': field },
        }),
      )
    const { stateHash } = flow()
    await social.putFlow(flow({ stateHash }))
    await damage(flowKey(stateHash), 'nonce')
    await expect(social.findFlow(stateHash)).rejects.toThrow('A stored social flow has no usable nonce')
    await expect(social.takeFlow(stateHash)).rejects.toThrow('nonce')

    const { tokenHash } = session()
    await social.putLinkSession(session({ tokenHash, code: code() }))
    await damage(linkSessionKey(tokenHash), 'identity')
    await expect(social.findLinkSession(tokenHash)).rejects.toThrow(
      'A stored link session has no usable identity',
    )
  })
})
