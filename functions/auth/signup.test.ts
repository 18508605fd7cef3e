import { capturedLog } from '../../lib/testing/captured-log.ts'
import { gateway } from '../../lib/testing/gateway.ts'
import { ada, logIn, signedUp } from '../../lib/testing/people.ts'
import { world } from '../../lib/testing/world.ts'

const fresh = () => {
  const parts = world()
  return { parts, api: gateway(parts) }
}

describe('POST /auth/signup', () => {
  it('opens an account and shows it, without a hash', async () => {
    const { parts, api } = fresh()
    const { result, entries } = await capturedLog(() => api('POST /auth/signup', { body: ada }))
    const [account] = [...parts.tables.accounts.values()]
    expect(result).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } })
    expect(result.body).toEqual({
      user: {
        id: account?.id,
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        roles: ['user'],
        emailVerified: false,
        createdAt: '2027-01-15T08:00:00.000Z',
      },
    })
    expect(entries).toMatchObject([{ type: 'user.created', userId: account?.id, ip: '198.51.100.7' }])
  })

  it('keeps the e-mail in its canonical form, under which every way of writing it logs in', async () => {
    const { api } = fresh()
    await signedUp(api, { ...ada, email: ' ＡＤＡ@Example.com ' })
    for (const email of ['ada@example.com', 'ADA@EXAMPLE.COM', ' ada@example.com']) {
      expect(await logIn(api, 'body', { ...ada, email })).toMatchObject({ status: 200 })
    }
    expect(await api('POST /auth/signup', { body: { ...ada, email: 'Ada@example.COM' } })).toMatchObject({
      status: 409,
    })
  })

  it('refuses an e-mail that has an account: 409 email_taken', async () => {
    const { api } = fresh()
    await signedUp(api)
    const second = await api('POST /auth/signup', { body: { ...ada, name: 'Eve' } })
    expect(second).toMatchObject({ status: 409, body: { code: 'email_taken' } })
  })

  it.each<[string, object]>([
    ['role', { ...ada, role: 'admin' }],
    ['roles', { ...ada, roles: ['admin'] }],
    ['id', { ...ada, id: '1' }],
    ['emailVerified', { ...ada, emailVerified: true }],
    ['status', { ...ada, status: 'active' }],
    ['email', { ...ada, email: { $gt: '' } }],
    ['email', { ...ada, email: 'ada' }],
    ['password', { ...ada, password: 'short' }],
    ['password', { ...ada, password: 'correct horse\0battery' }],
    ['password', { ...ada, password: 'x'.repeat(257) }],
    ['name', { ...ada, name: '' }],
    ['name', { ...ada, name: 'x'.repeat(101) }],
    ['name', { ...ada, name: '\ud83e' }],
    ['name', { email: ada.email, password: ada.password }],
  ])('refuses what does not fit, naming %s, and stores nothing', async (path, body) => {
    const { parts, api } = fresh()
    const answer = await api('POST /auth/signup', { body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } })
    expect(parts.tables.accounts.size + parts.tables.claims.size).toBe(0)
  })

  it('gives one of fifty at once the account', async () => {
    const { parts, api } = fresh()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api('POST /auth/signup', { body: ada })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)])
    expect(parts.tables.accounts.size).toBe(1)
  })
})
