import { randomUUID } from 'node:crypto'
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { newAccount } from '../../tools/testing/accounts.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { newIdentity } from '../../tools/testing/identities.ts'
import { sizeOf } from '../../tools/testing/item-size.ts'
import { memoryStores } from '../../tools/testing/memory-stores.ts'
import { memoryTables } from '../../tools/testing/memory-tables.ts'
import type { Stores } from '../../tools/testing/test-services.ts'
import type { Identity } from '../domain/social-ports.ts'
import type { Account } from '../domain/users.ts'
import { dynamoIdentities } from './identities.ts'
import { accountKey, identityKey, identityReservationKey } from './item-keys.ts'

const NOW = 1_800_000_000
const change = { endsSessions: true, deniedUntil: NOW + 3900 }
const nobody = { identity: undefined, account: undefined }
const confirmed = (fields: Partial<Account> = {}) => newAccount({ emailVerified: true, ...fields })
const link = (account: Account, adds: Identity) => ({
  ...change,
  identities: account.identities + 1,
  identityWrites: { adds },
})
const memory = async (): Promise<Stores> => memoryStores(memoryTables())
const fifty = <T>(ask: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 50 }, (_, index) => ask(index)))

describe.each([
  ['in memory', memory],
  ['in DynamoDB', engineStores],
])('identities %s', (_, make) => {
  let stores: Stores
  beforeAll(async () => {
    stores = await make()
  })
  const signedUp = async () => {
    const account = confirmed()
    await stores.users.create(account, NOW)
    return account
  }
  const linked = async (account: Account, identity = newIdentity(account.id, NOW)) => {
    const changed = await stores.users.change(account, link(account, identity))
    if (typeof changed === 'string') throw new Error(changed)
    return { account: changed, identity }
  }
  /** An account that has its first identity from its sign-up. */
  const bySocialLogin = (fields: Partial<Account> = {}, subject: string = randomUUID()) => {
    const account = confirmed({ passwordHash: '', identities: 1, ...fields })
    return { account, identity: newIdentity(account.id, NOW, { subject }) }
  }

  describe('at a sign-up', () => {
    it('are stored with the account, and open it', async () => {
      const { account, identity } = bySocialLogin()
      expect(await stores.users.create(account, NOW, identity)).toBe('created')
      expect(await stores.identities.find(identity.id)).toEqual({ identity, account })
      expect(await stores.identities.list(account.id)).toEqual([identity])
      expect(await stores.users.findByEmail(account.email)).toEqual(account)
    })

    it('that are taken prevent it, and reserve no email', async () => {
      const first = bySocialLogin()
      await stores.users.create(first.account, NOW, first.identity)
      const second = bySocialLogin({}, first.identity.subject)
      expect(await stores.users.create(second.account, NOW, second.identity)).toBe('identity_taken')
      expect(await stores.users.findById(second.account.id)).toBeUndefined()
      expect(await stores.identities.find(first.identity.id)).toEqual(first)
      expect(await stores.users.create(confirmed({ email: second.account.email }), NOW)).toBe('created')
    })

    it('stay free if the email is taken', async () => {
      const { email } = await signedUp()
      const { account, identity } = bySocialLogin({ email })
      expect(await stores.users.create(account, NOW, identity)).toBe('email_taken')
      expect(await stores.identities.find(identity.id)).toEqual(nobody)
      expect(await stores.identities.list(account.id)).toEqual([])
      await linked(await signedUp(), identity)
    })

    it('of fifty at once with one provider account, open one account', async () => {
      const subject = randomUUID()
      const all = Array.from({ length: 50 }, () => bySocialLogin({}, subject))
      const outcomes = await Promise.all(
        all.map(({ account, identity }) => stores.users.create(account, NOW, identity)),
      )
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect(new Set(outcomes)).toEqual(new Set(['created', 'identity_taken']))
      const winner = all[outcomes.indexOf('created')]
      expect(await stores.identities.find(winner?.identity.id ?? '')).toEqual(winner)
    })

    it('and sign-ups by email, fifty at once with one email, make one account', async () => {
      const email = `${randomUUID()}@example.com`
      const all = Array.from({ length: 50 }, () => bySocialLogin({ email }))
      const outcomes = await fifty(async (index) => {
        const { account, identity } = all[index] ?? bySocialLogin()
        return index % 2 === 0
          ? stores.users.create(account, NOW, identity)
          : stores.users.create({ ...account, identities: 0 }, NOW)
      })
      const winner = outcomes.indexOf('created')
      expect(outcomes.filter((outcome) => outcome === 'email_taken')).toHaveLength(49)
      const found = await Promise.all(all.map(({ identity }) => stores.identities.find(identity.id)))
      const left = found.flatMap(({ account }) => account ?? [])
      expect(left).toEqual(winner % 2 === 0 ? [all[winner]?.account] : [])
      expect((await stores.users.findByEmail(email))?.id).toBe(all[winner]?.account.id)
    })
  })

  describe('of an account', () => {
    it('are counted, listed with the oldest first, and move both versions', async () => {
      const ada = await signedUp()
      const late = await linked(ada, newIdentity(ada.id, NOW + 10, { accountName: 'ada@example.org' }))
      const { account, identity } = await linked(late.account, newIdentity(ada.id, NOW))
      expect(account).toMatchObject({ identities: 2, claimsVersion: 3, sessionVersion: 3 })
      expect(await stores.users.findById(ada.id)).toEqual(account)
      expect(await stores.identities.list(ada.id)).toEqual([identity, late.identity])
      const subject = { userId: ada.id, sessionId: randomUUID(), claimsVersion: 2 }
      expect(await stores.denylist.denies(subject)).toBe(true)
    })

    it('are free again once they are unlinked', async () => {
      const { account, identity } = await linked(await signedUp())
      const unlink = { ...change, identities: 0, identityWrites: { removes: [identity] } }
      expect(await stores.users.change(account, unlink)).toMatchObject({ identities: 0, sessionVersion: 3 })
      expect(await stores.identities.find(identity.id)).toEqual(nobody)
      expect(await stores.identities.list(account.id)).toEqual([])
      const other = await signedUp()
      const theirs = newIdentity(other.id, NOW, identity)
      expect((await linked(other, theirs)).identity.id).toBe(identity.id)
    })

    it('are not linked to a second one, which does not change', async () => {
      const { account, identity } = await linked(await signedUp())
      const eve = await signedUp()
      const hers = newIdentity(eve.id, NOW, identity)
      expect(await stores.users.change(eve, link(eve, hers))).toBe('identity_taken')
      expect(await stores.users.findById(eve.id)).toEqual(eve)
      expect(await stores.identities.list(eve.id)).toEqual([])
      expect(await stores.identities.find(identity.id)).toEqual({ identity, account })
      const subject = { userId: eve.id, sessionId: randomUUID(), claimsVersion: eve.claimsVersion }
      expect(await stores.denylist.denies(subject)).toBe(false)
    })

    it('are not linked twice to the same one', async () => {
      const { account, identity } = await linked(await signedUp())
      expect(await stores.users.change(account, link(account, identity))).toBe('identity_taken')
      expect(await stores.users.findById(account.id)).toEqual(account)
    })

    it('that was changed meanwhile are not linked, also if they are taken: the caller reads again', async () => {
      const { identity } = await linked(await signedUp())
      const eve = await signedUp()
      await stores.users.change(eve, change)
      for (const adds of [newIdentity(eve.id, NOW), newIdentity(eve.id, NOW, identity)])
        expect(await stores.users.change(eve, link(eve, adds))).toBe('version_conflict')
      expect(await stores.identities.list(eve.id)).toEqual([])
    })

    it('are linked to one of two accounts at once, and the other does not change', async () => {
      for (let round = 0; round < 10; round++) {
        const accounts = [await signedUp(), await signedUp()]
        const subject = randomUUID()
        const outcomes = await Promise.all(
          accounts.map((account) =>
            stores.users.change(account, link(account, newIdentity(account.id, NOW, { subject }))),
          ),
        )
        const loser = outcomes.indexOf('identity_taken')
        expect(loser).not.toBe(-1)
        const [lost, won] = loser === 0 ? accounts : accounts.toReversed()
        expect(await stores.users.findById(lost?.id ?? '')).toEqual(lost)
        const found = await stores.identities.find(newIdentity('', NOW, { subject }).id)
        expect(found.account).toEqual({ ...won, identities: 1, claimsVersion: 2, sessionVersion: 2 })
      }
    })

    it('are one after fifty links at once to the same account', async () => {
      const ada = await signedUp()
      const outcomes = await fifty(() => stores.users.change(ada, link(ada, newIdentity(ada.id, NOW))))
      expect(outcomes.filter((outcome) => typeof outcome !== 'string')).toHaveLength(1)
      expect(await stores.users.findById(ada.id)).toMatchObject({ identities: 1, sessionVersion: 2 })
      expect(await stores.identities.list(ada.id)).toHaveLength(1)
    })

    it('go with it, all ten of them, and others may have them', async () => {
      let account = await signedUp()
      const identities: Identity[] = []
      for (let count = 0; count < 10; count++) {
        const next = await linked(account, newIdentity(account.id, NOW + count))
        account = next.account
        identities.push(next.identity)
      }
      const outcome = await stores.users.remove(account, { now: NOW, deniedUntil: NOW + 3900 })
      expect(outcome).toEqual({ former: undefined })
      expect(await stores.identities.list(account.id)).toEqual([])
      for (const identity of identities) {
        expect(await stores.identities.find(identity.id)).toEqual(nobody)
        const other = await signedUp()
        await linked(other, newIdentity(other.id, NOW, identity))
      }
    })

    it('go with it when its email is taken by the owner of the mailbox', async () => {
      const holder = confirmed({ emailVerified: false })
      await stores.users.create(holder, NOW)
      const { account: takesFrom, identity } = await linked(holder)
      const ada = await signedUp()
      const emailMove = { now: NOW, takesFrom }
      const moved = await stores.users.change(ada, { ...change, email: holder.email, emailMove })
      expect(moved).toMatchObject({ email: holder.email, identities: 0 })
      expect(await stores.identities.find(identity.id)).toEqual(nobody)
      await linked(await signedUp(), identity)
    })

    it('record when they were used, unless they are gone', async () => {
      const { account, identity } = await linked(await signedUp())
      expect(await stores.identities.used(identity, NOW + 60)).toBe(true)
      const used = { ...identity, lastUsedAt: NOW + 60 }
      expect(await stores.identities.find(identity.id)).toEqual({ identity: used, account })
      const gone = newIdentity(account.id, NOW)
      expect(await stores.identities.used(gone, NOW)).toBe(false)
      expect(await stores.identities.list(account.id)).toEqual([used])
    })
  })
})

describe('a stored identity', () => {
  const stored = async () => {
    const engine = await engineStores()
    const account = confirmed({ identities: 1 })
    const identity = newIdentity(account.id, NOW)
    await engine.users.create(account, NOW, identity)
    return { ...engine, account, identity, table: { TableName: engine.tables.usersTable } }
  }

  it('and its reservation have a version, and never expire', async () => {
    const { client, table, identity, account } = await stored()
    const { id, userId } = identity
    for (const [key, fields] of [
      [identityKey(userId, id), identity],
      [identityReservationKey(id), { userId }],
    ] as const) {
      const { Item } = await client.send(new GetCommand({ ...table, Key: key }))
      expect(Item).toEqual({ ...key, ...fields, v: 1 })
      expect(sizeOf(Item)).toBeLessThanOrEqual(1024)
    }
    const { Item } = await client.send(new GetCommand({ ...table, Key: accountKey(account.id) }))
    expect(Item).toMatchObject({ identities: 1 })
  })

  it('that is missing beside its reservation opens no account', async () => {
    const { client, table, identities, identity } = await stored()
    const Key = identityKey(identity.userId, identity.id)
    await client.send(new DeleteCommand({ ...table, Key }))
    expect(await identities.find(identity.id)).toEqual(nobody)
  })

  it('that no writer of ours wrote fails the request with the name of the field', async () => {
    const { client, table, identities, identity } = await stored()
    const update = {
      ...table,
      Key: identityKey(identity.userId, identity.id),
      UpdateExpression: 'REMOVE subject',
    }
    await client.send(new UpdateCommand(update))
    const wrong = 'A stored identity has no usable subject'
    await expect(identities.find(identity.id)).rejects.toThrow(wrong)
    await expect(identities.list(identity.userId)).rejects.toThrow(wrong)
  })

  it('fails no login whose use cannot be recorded', async () => {
    const { client, identity } = await stored()
    const broken = dynamoIdentities(client, { usersTable: 'no-such-table' })
    await expect(broken.used(identity, NOW)).resolves.toBe(true)
    await expect(broken.find(identity.id)).rejects.toThrow()
  })
})
