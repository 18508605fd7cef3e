import { notices } from '../../lib/domain/policy.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { type Gateway, gateway } from '../../tools/testing/gateway.ts'
import { ada, bearer, logIn, mailTo, signedUp } from '../../tools/testing/people.ts'
import { delivered, type World, world } from '../../tools/testing/world.ts'

const withAda = async (change: Parameters<typeof world>[0] = {}) => {
  const parts = world(change)
  const api = gateway(parts)
  await signedUp(api)
  await delivered(parts)
  const { token } = mailTo(parts, ada.email, 'verify_email')
  await api('POST /auth/email/verify', { body: { token } })
  return { parts, api }
}
const kinds = (sent: World['mailbox']) => sent.map(({ letter }) => letter.kind)
const from = (api: Gateway, ip: string, userAgent = 'a test') =>
  api('POST /auth/login', {
    body: { email: ada.email, password: ada.password },
    ip,
    headers: { 'user-agent': userAgent },
  })

/** What each notice is about, brought about. */
const causes: Record<(typeof notices)[number], (parts: World, api: Gateway) => Promise<unknown>> = {
  new_device: (_, api) => from(api, '203.0.113.9'),
  password_changed: async (_, api) => {
    const body = { currentPassword: ada.password, newPassword: 'a new and longer password' }
    return api('PUT /users/me/password', { headers: bearer(await logIn(api)), body })
  },
  email_changed: async (parts, api) => {
    const body = { newEmail: 'king@example.com', password: ada.password }
    await api('PUT /users/me/email', { headers: bearer(await logIn(api)), body })
    await delivered(parts)
    const { token } = mailTo(parts, 'king@example.com', 'confirm_new_email')
    await api('POST /auth/email/verify', { body: { token } })
  },
  token_reused: async (parts, api) => {
    const { refreshToken } = (await logIn(api)).body
    await api('POST /auth/refresh', { body: { refreshToken } })
    parts.clock.advance(61)
    await api('POST /auth/refresh', { body: { refreshToken } })
  },
  account_deleted: async (_, api) => {
    const body = { password: ada.password }
    await api('DELETE /users/me', { headers: bearer(await logIn(api)), body })
  },
}

describe.each(notices)('the notice %s', (notice) => {
  it('is mailed to the address that the user had, and does not reach them where it is switched off', async () => {
    const { parts, api } = await withAda()
    await causes[notice](parts, api)
    expect(await delivered(parts)).toMatchObject([{ to: ada.email, letter: { kind: notice } }])

    const off = await withAda({ policy: { notices: notices.filter((each) => each !== notice) } })
    await causes[notice](off.parts, off.api)
    expect(kinds(await delivered(off.parts))).toEqual([])
  })

  it('is not worth a refusal: what it is about has happened, mailed or not', async () => {
    const { parts } = await withAda()
    const outbox = {
      put: (order: Parameters<World['outbox']['put']>[0]) =>
        order.type === notice ? Promise.reject(new Error('lost')) : parts.outbox.put(order, 0),
    }
    const { entries } = await capturedLog(() => causes[notice](parts, gateway({ ...parts, outbox })))
    expect(entries).toContainEqual(expect.objectContaining({ type: 'mail.lost', order: notice }))
    expect(entries).not.toContainEqual(expect.objectContaining({ type: 'request.failed' }))
  })
})

describe('a device', () => {
  it('is news once: not the one that signed up, nor a newer version of it, nor a known one again', async () => {
    const { parts, api } = await withAda()
    for (const [ip, userAgent, sent] of [
      ['198.51.100.7', 'a test', []],
      ['198.51.7.7', 'a test', []],
      ['198.51.100.7', 'a browser/1.2', ['new_device']],
      ['198.51.100.7', 'a browser/1.3.4', []],
      ['203.0.113.9', 'a test', ['new_device']],
      ['203.0.113.9', 'a test', []],
      ['2001:db8::1', 'a test', ['new_device']],
      ['2001:db8:ffff::2', 'a test', []],
    ] as const) {
      expect(await from(api, ip, userAgent)).toMatchObject({ status: 200 })
      expect([ip, userAgent, kinds(await delivered(parts))]).toEqual([ip, userAgent, sent])
    }
  })

  it('is told once though it logs in twice before the mail is written, and ten are remembered', async () => {
    const { parts, api } = await withAda()
    await Promise.all([from(api, '203.0.113.9'), from(api, '203.0.113.9')])
    expect(kinds(await delivered(parts))).toEqual(['new_device'])
    for (let network = 0; network < 12; network++) {
      await from(api, `203.${network + 1}.1.1`)
      await delivered(parts)
    }
    const [account] = [...parts.tables.accounts.values()]
    expect(account?.devices).toHaveLength(10)
  })

  it('is no news if it is the first of all: an account that was brought in has none', async () => {
    const { parts, api } = await withAda()
    const [account] = [...parts.tables.accounts.values()]
    if (account) parts.tables.accounts.set(account.id, { ...account, devices: [] })
    await from(api, '203.0.113.9')
    expect(kinds(await delivered(parts))).toEqual([])
    await from(api, '203.99.113.9')
    expect(kinds(await delivered(parts))).toEqual(['new_device'])
  })

  it('is told after all, if the first try to mail it failed', async () => {
    const { parts, api } = await withAda()
    await from(api, '203.0.113.9')
    const [order] = parts.left
    const failing = { send: () => Promise.reject(new Error('SES does not answer')) }
    await capturedLog(async () => {
      await expect(delivered({ ...parts, mailer: failing })).rejects.toThrow()
    })
    if (order) parts.left.push(order)
    expect(kinds(await delivered(parts))).toEqual(['new_device'])
  })

  it('of an account whose e-mail nobody has proven is told to nobody', async () => {
    const parts = world()
    const api = gateway(parts)
    await signedUp(api)
    await delivered(parts)
    for (let network = 1; network < 5; network++) await from(api, `203.${network}.1.1`)
    expect(kinds(await delivered(parts))).toEqual([])
  })

  it('adds no write to a log-in from one that is known', async () => {
    const { parts, api } = await withAda()
    await logIn(api)
    expect(parts.left).toEqual([])
  })
})
