import { identityIdOf } from '../../lib/domain/identity-ids.ts'
import { limits } from '../../lib/domain/limits.ts'
import { notifications } from '../../lib/domain/policy.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { enrolTotp } from '../../tools/testing/enrolments.ts'
import { type Gateway, gateway } from '../../tools/testing/gateway.ts'
import { withIdentity } from '../../tools/testing/identities.ts'
import { googleOf, linkSessionFor, linkWith } from '../../tools/testing/social-logins.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { type TestServices, testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, logIn, mailTo, signedUp } from '../../tools/testing/test-users.ts'

const withAda = async (change: Parameters<typeof testServices>[0] = {}) => {
  const { secondStepFailures, secondStepMails } = limits
  const services = testServices({ ...change, limits: { secondStepFailures, secondStepMails } })
  const api = gateway(services)
  await signedUp(api)
  await delivered(services)
  const { token } = mailTo(services, ada.email, 'verify_email')
  await api('POST /auth/email/verify', { body: { token } })
  return { services, api }
}
const kinds = (sent: TestServices['mailbox']) => sent.map(({ template }) => template.kind)
const from = (api: Gateway, ip: string, userAgent = 'a test') =>
  api('POST /auth/login', {
    body: { email: ada.email, password: ada.password },
    ip,
    headers: { 'user-agent': userAgent },
  })

const enrolled = async (services: TestServices, api: Gateway) => enrolTotp(api, services, await logIn(api))

/** How to cause each notification. */
const causes: Record<
  (typeof notifications)[number],
  (services: TestServices, api: Gateway) => Promise<unknown>
> = {
  new_device: (_, api) => from(api, '203.0.113.9'),
  password_changed: async (_, api) => {
    const body = { currentPassword: ada.password, newPassword: 'a new and longer password' }
    return api('PUT /users/me/password', { headers: bearer(await logIn(api)), body })
  },
  email_changed: async (services, api) => {
    const body = { newEmail: 'king@example.com' }
    await api('PUT /users/me/email', { headers: bearer(await logIn(api)), body })
    await delivered(services)
    const { token } = mailTo(services, 'king@example.com', 'verify_new_email')
    await api('POST /auth/email/verify', { body: { token } })
  },
  token_reused: async (services, api) => {
    const { refreshToken } = (await logIn(api)).body
    await api('POST /auth/refresh', { body: { refreshToken } })
    services.clock.advance(61)
    await api('POST /auth/refresh', { body: { refreshToken } })
  },
  // The first factor has a mail of its own, which cannot be switched off.
  factor_added: async (services, api) => {
    const { login } = await enrolled(services, api)
    await delivered(services)
    await enrolTotp(api, services, login)
  },
  factor_removed: async (services, api) => {
    const { login } = await enrolled(services, api)
    await delivered(services)
    await api('DELETE /users/me/totp', { headers: bearer(login), body: {} })
  },
  identity_linked: async (services, api) => {
    const account = await services.users.findByEmail(ada.email)
    const linkSession = await linkSessionFor(services, googleOf(ada), account)
    await linkWith(api, linkSession, { password: ada.password })
  },
  identity_unlinked: async (services, api) => {
    const account = await services.users.findByEmail(ada.email)
    await withIdentity(services, account?.id ?? '', googleOf(ada))
    const headers = bearer(await logIn(api))
    const params = { identityId: identityIdOf(googleOf(ada)) }
    await api('DELETE /users/me/identities/{identityId}', { headers, params, body: {} })
  },
  recovery_code_used: async (services, api) => {
    const { recoveryCodes } = await enrolled(services, api)
    await delivered(services)
    const { authSession } = (await logIn(api)).body
    await api('POST /auth/second-factor', { body: { authSession, recoveryCode: recoveryCodes[0] } })
  },
  second_factor_failed: async (services, api) => {
    await enrolled(services, api)
    await delivered(services)
    const { authSession } = (await logIn(api)).body
    for (let failed = 0; failed < 3; failed++)
      await api('POST /auth/second-factor', { body: { authSession, recoveryCode: 'wrong' } })
  },
  account_deleted: async (_, api) => {
    await api('DELETE /users/me', { headers: bearer(await logIn(api)) })
  },
}

describe.each(notifications)('the notification %s', (notification) => {
  it('is mailed to the address that the user had, and not mailed where it is switched off', async () => {
    const { services, api } = await withAda()
    await causes[notification](services, api)
    expect(await delivered(services)).toMatchObject([{ to: ada.email, template: { kind: notification } }])

    const off = await withAda({
      policy: { notifications: notifications.filter((each) => each !== notification) },
    })
    await causes[notification](off.services, off.api)
    expect(kinds(await delivered(off.services))).toEqual([])
  })

  it('never fails the request: a lost email job is logged, and the change stays', async () => {
    const { services } = await withAda()
    const outbox = {
      put: (job: Parameters<TestServices['outbox']['put']>[0]) =>
        job.type === notification ? Promise.reject(new Error('lost')) : services.outbox.put(job, 0),
    }
    const { entries } = await capturedLog(() =>
      causes[notification](services, gateway({ ...services, outbox })),
    )
    expect(entries).toContainEqual(expect.objectContaining({ type: 'mail.lost', job: notification }))
    expect(entries).not.toContainEqual(expect.objectContaining({ type: 'request.failed' }))
  })
})

describe('the notification of a new device', () => {
  it('is sent once for a device: not for the one that signed up, for a newer version of it, or for a known one', async () => {
    const { services, api } = await withAda()
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
      expect([ip, userAgent, kinds(await delivered(services))]).toEqual([ip, userAgent, sent])
    }
  })

  it('is sent once for two logins at once, and at most 10 devices are remembered', async () => {
    const { services, api } = await withAda()
    await Promise.all([from(api, '203.0.113.9'), from(api, '203.0.113.9')])
    expect(kinds(await delivered(services))).toEqual(['new_device'])
    for (let network = 0; network < 12; network++) {
      await from(api, `203.${network + 1}.1.1`)
      await delivered(services)
    }
    const [account] = [...services.tables.accounts.values()]
    expect(account?.devices).toHaveLength(10)
  })

  it('is not sent for the first device of an imported account', async () => {
    const { services, api } = await withAda()
    const [account] = [...services.tables.accounts.values()]
    if (account) services.tables.accounts.set(account.id, { ...account, devices: [] })
    await from(api, '203.0.113.9')
    expect(kinds(await delivered(services))).toEqual([])
    await from(api, '203.99.113.9')
    expect(kinds(await delivered(services))).toEqual(['new_device'])
  })

  it('is sent after all when the first attempt to mail it failed', async () => {
    const { services, api } = await withAda()
    await from(api, '203.0.113.9')
    const [job] = services.waitingJobs
    const failing = { send: () => Promise.reject(new Error('SES does not answer')) }
    await capturedLog(async () => {
      await expect(delivered({ ...services, mailer: failing })).rejects.toThrow()
    })
    if (job) services.waitingJobs.push(job)
    expect(kinds(await delivered(services))).toEqual(['new_device'])
  })

  it('is not sent while the email of the account is unverified', async () => {
    const services = testServices()
    const api = gateway(services)
    await signedUp(api)
    await delivered(services)
    for (let network = 1; network < 5; network++) await from(api, `203.${network}.1.1`)
    expect(kinds(await delivered(services))).toEqual([])
  })

  it('costs a login from a known device no write', async () => {
    const { services, api } = await withAda()
    await logIn(api)
    expect(services.waitingJobs).toEqual([])
  })
})
