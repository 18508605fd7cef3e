import bcrypt from 'bcryptjs'
import { unavailable } from '../../tools/testing/outages.ts'
import { limited, testServices } from '../../tools/testing/test-services.ts'
import { logIn } from './credentials.ts'
import { limits } from './limits.ts'
import type { SecurityEvent } from './security-events.ts'
import { signUp } from './sign-up.ts'

const email = 'ada@example.com'
const password = 'correct horse battery'
const client = { userAgent: 'a test', ip: '198.51.100.7' }

async function withAccount() {
  const events: SecurityEvent[] = []
  const ports = { ...testServices(), events: { record: (event: SecurityEvent) => events.push(event) } }
  const session = await signUp(ports, { email, password, name: 'Ada', locale: 'en', client })
  if (!session) throw new Error('The sign-up opened no session')
  const { account } = session
  events.splice(1)
  ports.tables.sessions.clear()
  return { ports, events, account }
}

describe('logging in', () => {
  it('returns the account', async () => {
    const { ports, account } = await withAccount()
    expect(await logIn(ports, { email, password }, client)).toMatchObject({ account })
  })

  it('refuses an unknown email and a wrong password with one code; only the log distinguishes them', async () => {
    const { ports, events, account } = await withAccount()
    const refused = { code: 'invalid_credentials', issues: [] }
    await expect(logIn(ports, { email, password: 'wrong' }, client)).rejects.toMatchObject(refused)
    await expect(logIn(ports, { email: 'eve@example.com', password }, client)).rejects.toMatchObject(refused)
    expect(events.slice(1)).toEqual([
      { type: 'login.failed', userId: account.id, reason: 'wrong_password' },
      { type: 'login.failed', reason: 'unknown_email' },
    ])
  })

  it('logs a lock with the failure that causes it, and not before', async () => {
    const { ports, events } = await withAccount()
    const strict = { ...limited(ports, { loginFailures: limits.loginFailures }), events: ports.events }
    for (let failure = 0; failure < 5; failure++)
      await logIn(strict, { email, password: 'wrong' }, client).catch(() => undefined)
    expect(events.slice(1).map(({ type }) => type)).toEqual([
      ...Array.from({ length: 5 }, () => 'login.failed'),
      'login.locked',
    ])
  })

  it('compares a hash of the same cost for an unknown email', async () => {
    const { ports } = await withAccount()
    const compare = jest.spyOn(bcrypt, 'compare')
    await logIn(ports, { email: 'eve@example.com', password }, client).catch(() => undefined)
    expect(compare).toHaveBeenCalledTimes(1)
    expect(bcrypt.getRounds(String(compare.mock.calls[0]?.[1]))).toBe(4)
    compare.mockRestore()
  })

  it('reveals that an account is disabled only with the right password', async () => {
    const { ports, account } = await withAccount()
    ports.tables.accounts.set(account.id, { ...account, status: 'disabled' })
    await expect(logIn(ports, { email, password }, client)).rejects.toMatchObject({
      code: 'account_disabled',
    })
    await expect(logIn(ports, { email, password: 'wrong' }, client)).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
  })

  it('accepts the plain bcrypt hash of an imported user, and replaces it', async () => {
    const { ports, account } = await withAccount()
    ports.tables.accounts.set(account.id, {
      ...account,
      passwordHash: bcrypt.hashSync('old and imported', 4),
    })
    await logIn(ports, { email, password: 'old and imported' }, client)
    const { passwordHash = '' } = ports.tables.accounts.get(account.id) ?? {}
    expect(passwordHash).toMatch(/^bcrypt-hmac-sha384\./)
    await expect(logIn(ports, { email, password: 'old and imported' }, client)).resolves.toBeDefined()
  })

  it('does not overwrite a password that was changed while its hash was renewed', async () => {
    const { ports, account } = await withAccount()
    ports.tables.accounts.set(account.id, {
      ...account,
      passwordHash: bcrypt.hashSync('old and imported', 4),
    })
    const renew = async (text: string) => {
      ports.tables.accounts.set(account.id, { ...account, passwordHash: 'changed meanwhile' })
      return ports.passwords.hash(text)
    }
    await logIn(
      { ...ports, passwords: { ...ports.passwords, renew } },
      { email, password: 'old and imported' },
      client,
    )
    expect(ports.tables.accounts.get(account.id)?.passwordHash).toBe('changed meanwhile')
  })
})

describe('a login whose new hash cannot be written', () => {
  const old = 'old and imported'
  const withOldHash = async () => {
    const { ports, events, account } = await withAccount()
    const passwordHash = bcrypt.hashSync(old, 4)
    ports.tables.accounts.set(account.id, { ...account, passwordHash })
    const replacePasswordHash = jest.fn(unavailable)
    return { ports, events, account, passwordHash, users: { ...ports.users, replacePasswordHash } }
  }

  it('succeeds with one session, keeps the old hash and logs the failure', async () => {
    const { ports, events, account, passwordHash, users } = await withOldHash()
    const tokens = await logIn({ ...ports, users }, { email, password: old }, client)
    expect(tokens).toMatchObject({ account: { id: account.id } })
    expect(users.replacePasswordHash).toHaveBeenCalledTimes(1)
    expect(ports.tables.sessions.size).toBe(1)
    expect(ports.tables.accounts.get(account.id)?.passwordHash).toBe(passwordHash)
    expect(events).toContainEqual({ type: 'password.rehash_failed', userId: account.id })

    // The next login, when the store answers again, replaces the hash.
    await logIn(ports, { email, password: old }, client)
    expect(ports.tables.accounts.get(account.id)?.passwordHash).toMatch(/^bcrypt-hmac-sha384\./)
  })

  it('is still refused for a wrong password, or if its session cannot be stored', async () => {
    const { ports, users } = await withOldHash()
    const sessions = { ...ports.sessions, open: unavailable }
    const refused = (change: object, password: string) =>
      expect(logIn({ ...ports, users, ...change }, { email, password }, client)).rejects
    await refused({}, 'wrong').toMatchObject({ code: 'invalid_credentials' })
    expect(users.replacePasswordHash).not.toHaveBeenCalled()
    await refused({ sessions }, old).toMatchObject({ code: 'unavailable' })
    expect(ports.tables.sessions.size).toBe(0)
  })
})

describe('a login over the limit of its client address', () => {
  it('counts no attempt for the account, and compares no password', async () => {
    const { ports, events } = await withAccount()
    const strict = { ...limited(ports, { loginPerIp: { most: 1, seconds: 60 } }), events: ports.events }
    await expect(logIn(strict, { email, password }, client)).resolves.toBeDefined()
    const compare = jest.spyOn(bcrypt, 'compare')
    for (const given of ['wrong', password])
      await expect(logIn(strict, { email, password: given }, client)).rejects.toMatchObject({
        code: 'too_many_attempts',
      })
    expect([ports.tables.attempts.size, compare.mock.calls.length, events.length]).toEqual([0, 0, 2])
    compare.mockRestore()
  })
})

describe('a login whose failed attempts cannot be reset', () => {
  it('succeeds, because the lock that may remain expires by itself', async () => {
    const { ports, events, account } = await withAccount()
    const resetAttempts = () => Promise.reject(new Error('no answer'))
    const rateLimiter = { ...ports.rateLimiter, resetAttempts }
    expect(await logIn({ ...ports, rateLimiter }, { email, password }, client)).toMatchObject({ account })
    expect(events).toContainEqual({ type: 'login.lock_left', userId: account.id })
  })
})

describe('an email that another account got between the two reads of a login', () => {
  it('opens no session for its former account', async () => {
    const { ports, account } = await withAccount()
    ports.tables.accounts.set(account.id, { ...account, email: 'king@example.com' })
    await expect(logIn(ports, { email, password }, client)).rejects.toMatchObject({
      code: 'invalid_credentials',
    })
    expect(ports.tables.sessions.size).toBe(0)
  })
})

describe('fifty sign-ups with one email at once', () => {
  it('create one account', async () => {
    const ports = { ...testServices(), events: { record: () => undefined } }
    const attempts = Array.from({ length: 50 }, (_, index) =>
      signUp(ports, { email, password, name: `Ada ${index}`, locale: 'en', client }).catch(
        (error) => error.code,
      ),
    )
    const outcomes = await Promise.all(attempts)
    expect(outcomes.filter((outcome) => outcome !== 'email_taken')).toHaveLength(1)
    expect(ports.tables.accounts.size).toBe(1)
  })
})

describe('where the pepper cannot be read', () => {
  it('no attempt is counted, so that no account is locked', async () => {
    const { ports } = await withAccount()
    const ready = () => Promise.reject(new Error('SSM does not answer'))
    const passwords = { ...ports.passwords, ready }
    for (let tried = 0; tried < 10; tried++)
      await expect(logIn({ ...ports, passwords }, { email, password }, client)).rejects.toThrow('SSM')
    expect(ports.tables.attempts.size).toBe(0)
  })
})
