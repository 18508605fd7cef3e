import { capturedLog } from '../../../tools/testing/captured-log.ts'
import { withTotp } from '../../../tools/testing/enrolments.ts'
import { gateway } from '../../../tools/testing/gateway.ts'
import { delivered } from '../../../tools/testing/test-mail.ts'
import { type TestServices, testServices } from '../../../tools/testing/test-services.ts'
import {
  administrator,
  bearer,
  eve,
  logIn,
  mailTo,
  signedUp,
  withRoles,
} from '../../../tools/testing/test-users.ts'

const noFactors = { totp: false, passkeys: 0 }

/** Adds a passkey through storage. */
async function addPasskey({ users, clock }: TestServices, userId: string, id: string): Promise<void> {
  const account = await users.findById(userId)
  if (!account) throw new Error('There is no such account')
  const now = clock.now()
  await users.change(account, {
    factors: { ...account.factors, passkeys: account.factors.passkeys + 1 },
    factorWrites: {
      addsPasskey: {
        userId,
        id,
        credentialId: id,
        publicKey: 'key',
        counter: 0,
        transports: [],
        rpId: 'auth.example.com',
        backupEligible: false,
        backedUp: false,
        name: 'Key',
        createdAt: now,
        lastUsedAt: now,
      },
    },
    endsSessions: false,
    deniedUntil: 0,
  })
}

/** Ada is an administrator. Eve has TOTP, a passkey and a session at aal2. */
const started = async (policy: Parameters<typeof testServices>[0] = {}) => {
  const services = testServices(policy)
  const api = gateway(services)
  const admin = await administrator(api, services)
  const { id } = (await signedUp(api, eve)).body.user as { id: string }
  const { login } = await withTotp(api, services, eve)
  await addPasskey(services, id, 'first')
  await delivered(services)
  const headers = bearer(admin.login)
  const reset = (userId = id) => api('DELETE /users/{userId}/factors', { headers, params: { userId } })
  const get = async () => (await api('GET /users/{userId}', { headers, params: { userId: id } })).body
  return { services, api, admin, id, login, headers, reset, get }
}

describe('an administrator who resets the factors of a user', () => {
  it('removes TOTP, passkeys and recovery codes, disables the password and ends every session', async () => {
    const { services, api, id, login, reset, get } = await started()
    expect((await get()).factors).toEqual({ totp: true, passkeys: 1 })
    expect((await reset()).status).toBe(204)
    const { totps, recoveryCodes, passkeys, accounts } = services.tables
    expect([totps.size, recoveryCodes.size, passkeys.size]).toEqual([0, 0, 0])
    expect(accounts.get(id)).toMatchObject({ factors: noFactors, passwordHash: '' })
    expect((await get()).factors).toEqual(noFactors)
    expect((await api('GET /users/me', { headers: bearer(login) })).status).toBe(401)
    const refreshed = await api('POST /auth/refresh', { body: { refreshToken: login.body.refreshToken } })
    expect(refreshed).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    expect((await logIn(api, 'body', eve)).body.code).toBe('invalid_credentials')
  })

  it('mails the user a link that sets a new password', async () => {
    const { services, api, reset } = await started()
    await reset()
    await delivered(services)
    const { token } = mailTo(services, eve.email, 'factors_reset')
    const newPassword = 'a new and longer password'
    expect((await api('POST /auth/password/reset', { body: { token, newPassword } })).status).toBe(204)
    expect((await logIn(api, 'body', { ...eve, password: newPassword })).status).toBe(200)
  })

  it('records who did it, and what', async () => {
    const { id, admin, reset } = await started()
    const { entries } = await capturedLog(() => reset())
    const by = { userId: id, actor: admin.id }
    expect(entries).toMatchObject([
      { type: 'factor.reset', ...by },
      { type: 'password.voided', reason: 'factors_reset', ...by },
    ])
  })

  it('ends a second step that waits', async () => {
    const { services, api, id, reset } = await started()
    const { authSession } = (await logIn(api, 'body', eve)).body
    expect(authSession).toEqual(expect.any(String))
    await reset()
    const [waiting] = [...services.tables.authSessions.values()]
    expect(waiting?.sessionVersion).not.toBe(services.tables.accounts.get(id)?.sessionVersion)
  })

  it('cannot do so to their own account', async () => {
    const { services, admin, reset } = await started()
    const before = services.tables.accounts.get(admin.id)
    expect(await reset(admin.id)).toMatchObject({ status: 409, body: { code: 'own_account' } })
    expect(services.tables.accounts.get(admin.id)).toBe(before)
  })

  it('proves who they are first, if their last proof is old', async () => {
    const { services, reset } = await started()
    services.clock.advance(601)
    expect(await reset()).toMatchObject({ status: 401, body: { code: 'reauthentication_required' } })
  })

  it('does nothing once another administrator has taken the role away', async () => {
    const { services, admin, id, headers } = await started()
    const before = services.tables.accounts.get(id)
    const findById = async (userId: string) => {
      const found = await services.users.findById(userId)
      // Between this read and the write.
      if (userId === id) await withRoles(services.users, admin.id)
      return found
    }
    const late = gateway({ ...services, users: { ...services.users, findById } })
    const answer = await late('DELETE /users/{userId}/factors', { headers, params: { userId: id } })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(services.tables.accounts.get(id)).toEqual(before)
  })

  it('removes a factor that the user adds at the same time', async () => {
    const { services, id, headers } = await started()
    let isFirst = true
    const list = async (userId: string) => {
      const found = await services.passkeys.list(userId)
      if (isFirst) await addPasskey(services, id, 'second')
      isFirst = false
      return found
    }
    const late = gateway({ ...services, passkeys: { ...services.passkeys, list } })
    const answer = await late('DELETE /users/{userId}/factors', { headers, params: { userId: id } })
    expect(answer.status).toBe(204)
    expect(services.tables.accounts.get(id)?.factors).toEqual(noFactors)
    expect(services.tables.passkeys.size).toBe(0)
  })

  it('leaves an administrator the role, which a session without a second factor cannot use', async () => {
    const { services, id, reset } = await started()
    await withRoles(services.users, id)
    await reset()
    expect(services.tables.accounts.get(id)).toMatchObject({ roles: ['user', 'admin'], factors: noFactors })
  })
})

describe('without mail', () => {
  it('keeps the password, because nothing could replace it', async () => {
    const { services, api, id, reset } = await started({ policy: { sendsMail: false } })
    const { passwordHash } = services.tables.accounts.get(id) ?? {}
    expect((await reset()).status).toBe(204)
    expect(services.tables.accounts.get(id)).toMatchObject({ factors: noFactors, passwordHash })
    expect(services.waitingJobs).toEqual([])
    expect((await logIn(api, 'body', eve)).status).toBe(200)
  })

  it('refuses for an account without a password, whose passkey is its last way in', async () => {
    const { services, id, reset } = await started({ policy: { sendsMail: false } })
    const account = await services.users.findById(id)
    if (account)
      await services.users.change(account, { passwordHash: '', endsSessions: true, deniedUntil: 0 })
    const before = services.tables.accounts.get(id)
    expect(await reset()).toMatchObject({ status: 409, body: { code: 'last_way_in' } })
    expect(services.tables.accounts.get(id)).toBe(before)
  })
})
