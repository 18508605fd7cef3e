import { randomBytes, randomUUID } from 'node:crypto'
import { GetCommand, type PutCommandInput, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { newAccount } from '../../tools/testing/accounts.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { memoryStores } from '../../tools/testing/memory-stores.ts'
import { memoryTables } from '../../tools/testing/memory-tables.ts'
import type { Stores } from '../../tools/testing/test-services.ts'
import type { EmailJob } from '../domain/email-jobs.ts'
import type { OneTimeCode } from '../domain/ports.ts'
import type { Account } from '../domain/users.ts'
import { accountKey, emailReservationKey } from './item-keys.ts'

const NOW = 1_800_000_000
const DAY = 86_400

const account = (change: Partial<Account> = {}) => newAccount({ emailVerified: true, ...change })
const code = ({ id: userId, email }: Account, change: Partial<OneTimeCode> = {}): OneTimeCode => ({
  userId,
  purpose: 'reset_password',
  tokenHash: randomUUID(),
  sessionVersion: 1,
  email,
  expiresAt: NOW + 1800,
  attempts: 0,
  ...change,
})

const memory = async (): Promise<Stores> => memoryStores(memoryTables())

describe.each([
  ['in memory', memory],
  ['in DynamoDB', engineStores],
])('the stores %s', (_, make) => {
  let stores: Stores
  beforeAll(async () => {
    stores = await make()
  })
  const signedUp = async (change: Partial<Account> = {}) => {
    const created = account(change)
    expect(await stores.users.create(created, NOW)).toBe('created')
    return created
  }
  const newEmail = () => `${randomUUID()}@example.com`

  describe('a one-time code', () => {
    it('is read as it was put, with its user, and is replaced by the next of its purpose', async () => {
      const ada = await signedUp()
      const first = code(ada)
      const second = code(ada, { undoHash: 'u', digitsHash: 'd' })
      const other = code(ada, { purpose: 'verify_email' })
      for (const each of [first, other, second]) await stores.codes.put(each)
      expect(await stores.codes.find(ada.id, ['reset_password'])).toEqual({ codes: [second], account: ada })
      const both = await stores.codes.find(ada.id, ['verify_email', 'reset_password', 'change_email'])
      expect(both).toEqual({ codes: [other, second], account: ada })
      expect(await stores.codes.find(ada.id, ['email_login'])).toEqual({ codes: [], account: ada })
      expect(await stores.codes.find(randomUUID(), ['email_login'])).toEqual({
        codes: [],
        account: undefined,
      })
    })

    it('of a sign-up is valid beside up to seven others of its email and session version, each until its own end', async () => {
      const ada = await signedUp({ emailVerified: false })
      const link = (change: Partial<OneTimeCode> = {}) =>
        code(ada, { purpose: 'verify_email', expiresAt: NOW + DAY, ...change })
      const all = Array.from({ length: 8 }, () => link())
      await Promise.all(all.map((each) => stores.codes.add(each, NOW)))
      const found = async () =>
        (await stores.codes.find(ada.id, ['verify_email'])).codes.map(({ tokenHash }) => tokenHash).sort()
      const hashes = (codes: readonly OneTimeCode[]) => codes.map(({ tokenHash }) => tokenHash).sort()
      expect(await found()).toEqual(hashes(all))

      // At most eight: the ninth replaces them, and so does a requested mail. The next sign-up is beside that one.
      const ninth = link()
      await stores.codes.add(ninth, NOW)
      expect(await found()).toEqual(hashes([ninth]))
      const again = link()
      await stores.codes.put(again)
      expect(await found()).toEqual(hashes([again]))
      const later = link({ expiresAt: NOW + DAY + 60 })
      await stores.codes.add(later, NOW)
      const { codes } = await stores.codes.find(ada.id, ['verify_email'])
      expect(codes).toHaveLength(2)
      expect(codes).toEqual(expect.arrayContaining([again, later]))

      for (const [change, now] of [
        [{ sessionVersion: 2 }, NOW],
        [{ sessionVersion: 2, email: newEmail() }, NOW],
        [{ sessionVersion: 2, expiresAt: NOW + 9 * DAY }, NOW + 8 * DAY],
      ] as const) {
        const other = link(change)
        await stores.codes.add(other, now)
        expect(await found()).toEqual(hashes([other]))
      }
    })

    it('is redeemed once by fifty calls at once', async () => {
      const ada = await signedUp()
      const put = code(ada)
      await stores.codes.put(put)
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => stores.codes.redeem(put, ada)))
      expect(outcomes.filter((outcome) => outcome === 'redeemed')).toHaveLength(1)
      expect(await stores.codes.redeem(put, ada)).toBe('spent')
    })

    it('is not redeemed by an older one of its purpose', async () => {
      const ada = await signedUp()
      const [old, next] = [code(ada), code(ada)]
      await stores.codes.put(old)
      await stores.codes.put(next)
      expect(await stores.codes.redeem(old, ada)).toBe('spent')
      expect(await stores.codes.redeem(next, ada)).toBe('redeemed')
    })

    it('is not redeemed for an account that changed since it was read', async () => {
      const ada = await signedUp()
      const put = code(ada)
      await stores.codes.put(put)
      await stores.users.change(ada, { roles: ['user'], endsSessions: false, deniedUntil: NOW })
      expect(await stores.codes.redeem(put, ada)).toBe('spent')
    })

    it('changes the account once by fifty calls at once, and never in part', async () => {
      const ada = await signedUp()
      const put = code(ada)
      await stores.codes.put(put)
      const change = (index: number) =>
        stores.users
          .change(ada, { passwordHash: `hash ${index}`, endsSessions: true, redeems: put, deniedUntil: NOW })
          .catch((error) => error.code)
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => change(index)))
      const changed = outcomes.filter((outcome) => typeof outcome === 'object')
      expect(changed).toHaveLength(1)
      const found = await stores.codes.find(ada.id, ['reset_password'])
      expect(found).toEqual({ codes: [], account: changed[0] })
    })

    it('changes nothing once it is spent', async () => {
      const ada = await signedUp()
      const put = code(ada)
      const change = { passwordHash: 'x', endsSessions: true, redeems: put, deniedUntil: NOW }
      expect(await stores.users.change(ada, change)).toBe('version_conflict')
      expect(await stores.users.findById(ada.id)).toEqual(ada)
    })

    it('allows 5 attempts, at once or one by one, and none after its expiry', async () => {
      const ada = await signedUp()
      const challengeHash = 'a challenge'
      const put = () => stores.codes.put(code(ada, { purpose: 'email_login', challengeHash }))
      const attemptDigits = (now = NOW, challenge = challengeHash, id = ada.id) =>
        stores.codes.attemptDigits({ userId: id, purpose: 'email_login' }, challenge, 5, now)
      await put()
      expect(await attemptDigits(NOW, 'another challenge')).toBeUndefined()
      const given = await Promise.all(Array.from({ length: 50 }, () => attemptDigits()))
      expect(given.flatMap((each) => each?.attempts ?? []).sort()).toEqual([1, 2, 3, 4, 5])
      expect(await attemptDigits()).toBeUndefined()
      await put()
      expect(await attemptDigits(NOW + 1800)).toBeUndefined()
      expect(await attemptDigits(NOW + 1799)).toMatchObject({ attempts: 1 })
      expect(await attemptDigits(NOW, challengeHash, randomUUID())).toBeUndefined()
    })

    it('is deleted with its user, but not with the sessions of an old version, since it may be newer', async () => {
      const ada = await signedUp()
      await stores.codes.put(code(ada))
      await stores.sessions.forgetBefore(ada.id, 2)
      expect((await stores.codes.find(ada.id, ['reset_password'])).codes).toHaveLength(1)
      await stores.sessions.forgetAll(ada.id)
      expect((await stores.codes.find(ada.id, ['reset_password'])).codes).toEqual([])
    })
  })

  describe('a change of email', () => {
    const undoHash = 'what the token that undoes it is compared with'
    const moved = async (ada: Account, to: string, { keeps = true, now = NOW } = {}) =>
      stores.users.change(ada, {
        email: to,
        endsSessions: false,
        deniedUntil: NOW,
        emailMove: {
          now,
          ...(keeps && { keeps: { email: ada.email, undoHash, keptUntil: now + 7 * DAY } }),
        },
      })

    it('moves the reservation: the new address finds the user, and the old one is reserved for a week', async () => {
      const ada = await signedUp()
      const to = newEmail()
      expect(await moved(ada, to)).toMatchObject({ email: to, claimsVersion: 2, sessionVersion: 1 })
      expect(await stores.users.findByEmail(to)).toMatchObject({ id: ada.id })
      expect(await stores.users.findByEmail(ada.email)).toBeUndefined()
      expect(await stores.users.formerEmail(ada.id, NOW)).toEqual({
        email: ada.email,
        undoHash,
        keptUntil: NOW + 7 * DAY,
      })
      expect(await stores.users.create(account({ email: ada.email }), NOW + 7 * DAY - 1)).toBe('email_taken')
      expect(await stores.users.create(account({ email: ada.email }), NOW + 7 * DAY)).toBe('created')
      expect(await stores.users.formerEmail(ada.id, NOW + 7 * DAY)).toBeUndefined()
    })

    it('is refused for an address that another account has or keeps, and changes nothing', async () => {
      const [ada, eve] = [await signedUp(), await signedUp()]
      expect(await moved(ada, eve.email)).toBe('email_taken')
      await moved(eve, newEmail())
      expect(await moved(ada, eve.email)).toBe('email_taken')
      expect(await stores.users.findById(ada.id)).toEqual(ada)
      expect(await stores.users.findByEmail(ada.email)).toEqual(ada)
      expect(await stores.users.formerEmail(ada.id, NOW)).toBeUndefined()
    })

    it('is refused until the previous change can no longer be undone', async () => {
      const ada = await signedUp()
      const once = await moved(ada, newEmail())
      if (typeof once === 'string') throw new Error(once)
      for (const now of [NOW, NOW + 7 * DAY - 1])
        expect(await moved(once, newEmail(), { now })).toBe('email_changed_recently')
      expect(await stores.users.findById(ada.id)).toEqual(once)
      expect(await moved(once, newEmail(), { now: NOW + 7 * DAY })).toMatchObject({ claimsVersion: 3 })
    })

    it('to one free address is made by one of fifty users at once', async () => {
      const to = newEmail()
      const users = await Promise.all(Array.from({ length: 50 }, () => signedUp()))
      const outcomes = await Promise.all(users.map((each) => moved(each, to).catch((error) => error.code)))
      expect(outcomes.filter((outcome) => typeof outcome === 'object')).toHaveLength(1)
      const isRefusal = (outcome: unknown) => outcome === 'email_taken' || outcome === 'unavailable'
      expect(outcomes.filter((outcome) => typeof outcome !== 'object').every(isRefusal)).toBe(true)
    })

    it('is undone once: the user has the old address again, and the new one is free', async () => {
      const ada = await signedUp()
      const to = newEmail()
      const changed = await moved(ada, to)
      const former = await stores.users.formerEmail(ada.id, NOW)
      if (typeof changed === 'string' || !former) throw new Error('The email was not changed')
      const back = {
        email: former.email,
        endsSessions: true,
        deniedUntil: NOW,
        emailMove: { now: NOW, restores: former },
      }
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => stores.users.change(changed, back).catch((error) => error.code)),
      )
      expect(outcomes.filter((outcome) => typeof outcome === 'object')).toHaveLength(1)
      expect(await stores.users.findByEmail(ada.email)).toMatchObject({ id: ada.id, sessionVersion: 2 })
      expect(await stores.users.formerEmail(ada.id, NOW)).toBeUndefined()
      expect(await stores.users.create(account({ email: to }), NOW)).toBe('created')
      expect(await stores.users.create(account({ email: ada.email }), NOW + 30 * DAY)).toBe('email_taken')
    })

    it('from an unverified address keeps nothing', async () => {
      const ada = await signedUp({ emailVerified: false })
      expect(await moved(ada, newEmail(), { keeps: false })).toMatchObject({ id: ada.id })
      expect(await stores.users.formerEmail(ada.id, NOW)).toBeUndefined()
      expect(await stores.users.create(account({ email: ada.email }), NOW)).toBe('created')
    })

    it('leaves nothing behind when the account is deleted', async () => {
      const ada = await signedUp()
      const to = newEmail()
      const changed = await moved(ada, to)
      if (typeof changed === 'string') throw new Error(changed)
      expect(await stores.users.remove(changed, { now: NOW, deniedUntil: NOW })).toMatchObject({
        former: { email: ada.email },
      })
      for (const email of [ada.email, to]) {
        expect(await stores.users.create(account({ email }), NOW)).toBe('created')
      }
      expect(await stores.users.formerEmail(ada.id, NOW)).toBeUndefined()
    })

    it('makes a deletion with the outdated account a conflict', async () => {
      const ada = await signedUp()
      const to = newEmail()
      const changed = await moved(ada, to)
      if (typeof changed === 'string') throw new Error(changed)
      // The account as it was read before the change.
      expect(await stores.users.remove(ada, { now: NOW, deniedUntil: NOW })).toBe('version_conflict')
      expect(await stores.users.findByEmail(to)).toEqual(changed)
    })
  })

  describe('a counter', () => {
    it('of a window counts up to its limit, a hundred at once or one by one', async () => {
      const id = randomUUID()
      const take = (window: number) => stores.counters.take(id, { window, most: 10, expiresAt: NOW + 60 })
      const taken = await Promise.all(Array.from({ length: 100 }, () => take(NOW)))
      expect(taken.filter(Boolean)).toHaveLength(10)
      expect(await take(NOW)).toBe(false)
      expect(await take(NOW + 60)).toBe(true)
      expect(await stores.counters.take(randomUUID(), { window: NOW, most: 10, expiresAt: NOW + 60 })).toBe(
        true,
      )
    })

    it('of a window takes back what was counted, and no more', async () => {
      const id = randomUUID()
      const take = () => stores.counters.take(id, { window: NOW, most: 2, expiresAt: NOW + 60 })
      await stores.counters.giveBack(id, NOW)
      expect([await take(), await take(), await take()]).toEqual([true, true, false])
      await stores.counters.giveBack(id, NOW)
      // Another window is unchanged.
      await stores.counters.giveBack(id, NOW + 60)
      expect([await take(), await take()]).toEqual([true, false])
      await Promise.all(Array.from({ length: 50 }, () => stores.counters.giveBack(id, NOW)))
      expect([await take(), await take(), await take()]).toEqual([true, true, false])
    })

    it('of attempts counts up to its limit and until its expiry, and otherwise answers what is stored', async () => {
      const id = randomUUID()
      const next = { free: 5, lastAt: NOW, expiresAt: NOW + DAY }
      const added = await Promise.all(Array.from({ length: 50 }, () => stores.counters.addAttempt(id, next)))
      expect(added.filter(({ added }) => added)).toHaveLength(5)
      const found = { attempts: 5, lastAt: NOW, expiresAt: NOW + DAY }
      expect(await stores.counters.addAttempt(id, next)).toEqual({ added: false, found })
      const later = { free: 5, lastAt: NOW + DAY, expiresAt: NOW + 2 * DAY }
      expect(await stores.counters.addAttempt(id, later)).toEqual({ added: false, found })
      await stores.counters.forget(id)
      await stores.counters.forget(id)
      expect(await stores.counters.addAttempt(id, next)).toEqual({ added: true, attempts: 1 })
    })

    it('of attempts is replaced by one of fifty calls that read the same', async () => {
      const id = randomUUID()
      const read = { attempts: 1, lastAt: NOW, expiresAt: NOW + DAY }
      await stores.counters.addAttempt(id, { free: 5, lastAt: NOW, expiresAt: NOW + DAY })
      const next = { attempts: 2, lastAt: NOW + 1, expiresAt: NOW + DAY + 1 }
      const replaced = await Promise.all(
        Array.from({ length: 50 }, () => stores.counters.replaceAttempts(id, read, next)),
      )
      expect(replaced.filter(Boolean)).toHaveLength(1)
      expect(await stores.counters.replaceAttempts(randomUUID(), read, next)).toBe(false)
      // Forgotten and counted again meanwhile, or another attempt in the same second.
      for (const other of [{ lastAt: NOW }, { attempts: 1 }])
        expect(await stores.counters.replaceAttempts(id, { ...next, ...other }, next)).toBe(false)
    })
  })

  it('remember the devices of one user only', async () => {
    const ada = await signedUp()
    await stores.users.rememberDevices(ada.id, ['abc', 'def'], 1)
    expect(await stores.users.findById(ada.id)).toEqual({ ...ada, devices: ['abc', 'def'] })
    // A job from before all sessions ended.
    await stores.users.rememberDevices(ada.id, ['of a thief'], 0)
    expect(await stores.users.findById(ada.id)).toEqual({ ...ada, devices: ['abc', 'def'] })
    const gone = randomUUID()
    await stores.users.rememberDevices(gone, ['abc'], 1)
    expect(await stores.users.findById(gone)).toBeUndefined()
  })
})

describe('in DynamoDB', () => {
  it('keeps the links of a sign-up below 1 KB, however long the email', async () => {
    const { client, tables, codes } = await engineStores()
    const ada = account({ email: `${'a'.repeat(242)}@example.com` })
    for (let link = 0; link < 8; link++)
      await codes.add(
        { ...code(ada), purpose: 'verify_email', tokenHash: randomBytes(32).toString('base64url') },
        NOW,
      )
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.sessionsTable }))
    expect(Items).toHaveLength(1)
    expect(Object.keys(Items[0]?.links)).toHaveLength(8)
    // DynamoDB counts a number by its digits, and one more byte for each member of a map.
    expect(JSON.stringify(Items[0]).length).toBeLessThan(1024)
  })

  it('TTL deletes the items of a former email, and never a verified account', async () => {
    const { client, tables, users } = await engineStores()
    const ada = account()
    await users.create(ada, NOW)
    const to = `${randomUUID()}@example.com`
    await users.change(ada, {
      email: to,
      endsSessions: false,
      deniedUntil: NOW,
      emailMove: { now: NOW, keeps: { email: ada.email, undoHash: 'u', keptUntil: NOW + DAY } },
    })
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.usersTable }))
    const ending = Items.filter((item) => 'keptUntil' in item).map(({ pk, sk }) => `${pk} ${sk}`)
    expect(ending.sort()).toEqual([`EMAIL#${ada.email} RESERVATION`, `USER#${ada.id} FORMER_EMAIL`].sort())
    const read = async (Key: Record<string, string>) =>
      (await client.send(new GetCommand({ TableName: tables.usersTable, Key }))).Item
    expect(await read(accountKey(ada.id))).not.toHaveProperty('keptUntil')
    expect(await read(emailReservationKey(to))).not.toHaveProperty('keptUntil')
  })

  it('a counter is named by its limit and a keyed hash, and expires', async () => {
    const { client, tables, counters } = await engineStores()
    await counters.take('loginPerIp#0123', { window: NOW, most: 2, expiresAt: NOW + 60 })
    const query = {
      TableName: tables.sessionsTable,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'LIMIT#loginPerIp#0123' },
    }
    const { Items } = await client.send(new QueryCommand(query))
    expect(Items).toEqual([
      { pk: 'LIMIT#loginPerIp#0123', sk: String(NOW), taken: 1, expiresAt: NOW + 60, v: 1 },
    ])
  })

  it.each<EmailJob>([
    { type: 'signed_up', userId: 'u' },
    { type: 'sign_up_attempted', email: 'a@example.com' },
    { type: 'verification_requested', email: 'a@example.com' },
    { type: 'reset_requested', email: 'a@example.com' },
    { type: 'reset_started', userId: 'u' },
    { type: 'email_change_undone', userId: 'u' },
    { type: 'email_login_requested', email: 'a@example.com', challengeHash: 'h' },
    { type: 'email_change_requested', userId: 'u', newEmail: 'b@example.com', sessionVersion: 3 },
    { type: 'new_device', userId: 'u', at: NOW, device: 'd', userAgent: '', ip: '' },
    { type: 'password_changed', userId: 'u', at: NOW },
    { type: 'email_changed', userId: 'u', at: NOW, email: 'a@example.com', newEmail: 'b@example.com' },
    { type: 'account_deleted', userId: 'u', at: NOW, email: 'a@example.com', by: 'owner' },
    { type: 'token_reused', userId: 'u', at: NOW },
  ])('the email job $type is read from the stream as it was written, for an hour', async (job) => {
    const { client, tables, outbox, emailJobs } = await engineStores()
    await outbox.put(job, NOW)
    const scan = new ScanCommand({ TableName: tables.sessionsTable })
    const [item] = (await client.send(scan)).Items ?? []
    const read = emailJobs.read({ dynamodb: { NewImage: marshall(item as PutCommandInput['Item']) } })
    expect(read).toEqual({ id: expect.any(String), job, expiresAt: NOW + 3600 })
    await emailJobs.forget(read.id)
    expect((await client.send(scan)).Items).toEqual([])
  })

  it.each([
    {},
    { dynamodb: {} },
    { dynamodb: { NewImage: marshall({ pk: 'MAIL#1', expiresAt: 1, job: { type: 'constructor' } }) } },
    { dynamodb: { NewImage: marshall({ pk: 'MAIL#1', expiresAt: 1, job: { type: 'signed_up' } }) } },
  ])('a record that is not an email job is refused: %j', async (record) => {
    const { emailJobs } = await engineStores()
    expect(() => emailJobs.read(record)).toThrow(/^A stored email job has no usable/)
  })
})
