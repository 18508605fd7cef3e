import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, eve, logIn, mailTo } from '../../tools/testing/test-users.ts'

const to = 'king@example.com'
const isRefused = { status: 400, body: { code: 'invalid_link' } }

/** Ada has signed up on a real engine. */
async function withAda() {
  const stores = await engineStores()
  const services = testServices({ stores })
  const api = gateway(services)
  await api('POST /auth/signup', { body: ada })
  await delivered(services)
  const verify = (token: string) => api('POST /auth/email/verify', { body: { token } })
  const change = async (newEmail = to) => {
    const headers = bearer(await logIn(api))
    await api('PUT /users/me/email', { headers, body: { newEmail } })
    await delivered(services)
    return mailTo(services, newEmail, 'verify_new_email').token
  }
  return { stores, services, api, verify, change, first: mailTo(services, ada.email, 'verify_email').token }
}
const fifty = (work: () => Promise<{ readonly status: number }>) =>
  capturedLog(async () => (await Promise.all(Array.from({ length: 50 }, work))).map(({ status }) => status))

describe('fifty requests at once with the link', () => {
  it('of a sign-up all succeed, and verify the email once', async () => {
    const { verify, first, api } = await withAda()
    const { result, entries } = await fifty(() => verify(first))
    expect(new Set(result)).toEqual(new Set([204]))
    expect(entries.map(({ type }) => type)).toEqual(['email.verified'])
    expect(await logIn(api)).toMatchObject({ body: { user: { emailVerified: true } } })
  })

  it.each([true, false])(
    'of a change of email all succeed, and change it once (verified before: %s)',
    async (isVerified) => {
      const { services, verify, first, change, api } = await withAda()
      if (isVerified) await verify(first)
      const token = await change()
      const { result, entries } = await fifty(() => verify(token))
      expect(new Set(result)).toEqual(new Set([204]))
      expect(entries.map(({ type }) => type)).toEqual(['email.verified', 'email.changed'])
      expect(services.waitingJobs.map(({ type }) => type)).toEqual(isVerified ? ['email_changed'] : [])
      expect(await logIn(api, 'body', { ...ada, email: to })).toMatchObject({ status: 200 })
      expect(await verify(token)).toMatchObject({ status: 204 })
    },
  )
})

describe('a link whose change was made', () => {
  it('is void once the account has another email, and cannot lead back', async () => {
    const { services, api, verify, first, change } = await withAda()
    await verify(first)
    const token = await change()
    await verify(token)
    const undoing = mailTo(services, ada.email, 'email_change_requested').token
    expect(await api('POST /auth/email/undo', { body: { token } })).toMatchObject(isRefused)
    expect(await api('POST /auth/email/undo', { body: { token: undoing } })).toMatchObject({ status: 204 })
    expect(await verify(token)).toMatchObject(isRefused)
    expect((await services.users.findByEmail(ada.email))?.emailVerified).toBe(true)
  })

  it('is void once another change was requested', async () => {
    const { verify, change, services, api } = await withAda()
    const token = await change()
    await verify(token)
    const headers = bearer(await logIn(api, 'body', { ...ada, email: to }))
    await api('PUT /users/me/email', {
      headers,
      body: { newEmail: 'queen@example.com' },
    })
    await delivered(services)
    expect(await verify(token)).toMatchObject(isRefused)
    expect(await verify(mailTo(services, 'queen@example.com', 'verify_new_email').token)).toMatchObject({
      status: 204,
    })
  })

  it('still does nothing after a reset of the password, and is void after its time, before TTL removes it', async () => {
    const { stores, services, api, verify, first, change } = await withAda()
    await verify(first)
    const token = await change()
    await verify(token)
    await api('POST /auth/password/forgot', { body: { email: to } })
    await delivered(services)
    const reset = mailTo(services, to, 'reset_password').token
    const body = { token: reset, newPassword: 'a new and longer password' }
    expect(await api('POST /auth/password/reset', { body })).toMatchObject({ status: 204 })
    const account = await services.users.findByEmail(to)
    expect(await verify(token)).toMatchObject({ status: 204 })
    expect(await services.users.findByEmail(to)).toEqual(account)
    services.clock.advance(86_400)
    expect(await verify(token)).toMatchObject(isRefused)
    const { Items } = await stores.client.send(new ScanCommand({ TableName: stores.tables.sessionsTable }))
    const left = Items?.find(({ purpose }) => purpose === 'change_email')
    expect(left).toMatchObject({ email: to, redeemed: true })
    expect(left).not.toHaveProperty('undoHash')
    expect(JSON.stringify(Items)).not.toContain(token)
  })

  it('is void once its account is deleted, and verifies no later account of the address', async () => {
    const { services, api, verify, first, change } = await withAda()
    await verify(first)
    const token = await change()
    await verify(token)
    const headers = bearer(await logIn(api, 'body', { ...ada, email: to }))
    const deletion = await api('DELETE /users/me', { headers })
    expect(deletion).toMatchObject({ status: 204 })
    expect(await api('POST /auth/signup', { body: { ...eve, email: to } })).toMatchObject({ status: 201 })
    expect(await verify(token)).toMatchObject(isRefused)
    expect(await services.users.findByEmail(to)).toMatchObject({ emailVerified: false })
  })

  it('stays valid when the mail function gets its job once more', async () => {
    const { services, verify, first, change } = await withAda()
    await verify(first)
    const token = await change()
    await verify(token)
    await delivered(services)
    const { id: userId, sessionVersion } = (await services.users.findByEmail(to)) ?? {
      id: '',
      sessionVersion: 0,
    }
    services.waitingJobs.push({ type: 'email_change_requested', userId, newEmail: to, sessionVersion })
    expect(await delivered(services)).toEqual([])
    expect(await verify(token)).toMatchObject({ status: 204 })
  })

  it('is refused with the id of another user in it', async () => {
    const { services, api, verify, first, change } = await withAda()
    await verify(first)
    const token = await change()
    await verify(token)
    await api('POST /auth/signup', { body: eve })
    await delivered(services)
    const bytes = (text: string) => Buffer.from(text, 'base64url')
    const eves = bytes(mailTo(services, eve.email, 'verify_email').token)
    const mixed = Buffer.concat([eves.subarray(0, 16), bytes(token).subarray(16)]).toString('base64url')
    expect(await verify(mixed)).toMatchObject(isRefused)
  })
})

it('a read of the account before and of the code after a parallel change is repeated', async () => {
  const { services, verify, first, change, api } = await withAda()
  await verify(first)
  const token = await change()
  const userId = (await services.users.findByEmail(ada.email))?.id ?? ''
  const before = await services.codes.find(userId, ['change_email'])
  await verify(token)
  const after = await services.codes.find(userId, ['change_email'])
  for (const torn of [
    { account: before.account, codes: after.codes },
    { account: after.account, codes: before.codes },
  ]) {
    let reads = 0
    const codes: typeof services.codes = {
      ...services.codes,
      find: (id, purposes) => (reads++ === 0 ? Promise.resolve(torn) : services.codes.find(id, purposes)),
    }
    const answer = await gateway({ ...services, codes })('POST /auth/email/verify', { body: { token } })
    expect([answer.status, reads]).toEqual([204, 2])
  }
  expect(await logIn(api, 'body', { ...ada, email: to })).toMatchObject({ status: 200 })
})
