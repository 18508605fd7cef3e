import { engineStores } from '../../tools/testing/engine.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { type TestServices, testServices } from '../../tools/testing/test-services.ts'
import {
  ada,
  administrator,
  bearer,
  eve,
  logIn,
  mailTo,
  signedUp,
  withRoles,
} from '../../tools/testing/test-users.ts'

const to = 'king@example.com'
const atNew = { ...ada, email: to }
const isRefused = { status: 400, body: { code: 'invalid_link' } }
const kinds = (sent: TestServices['mailbox']) => sent.map(({ to, template }) => `${to} ${template.kind}`)

/** Ada has signed up on a real engine. The mail that verifies her address is in the mailbox. */
async function withAda() {
  const engine = await engineStores()
  const services = testServices({ stores: engine })
  const api = gateway(services)
  const { user } = (await signedUp(api)).body
  await delivered(services)
  const verify = (token: string) => api('POST /auth/email/verify', { body: { token } })
  const change = async (newEmail = to, person = ada) => {
    const headers = bearer(await logIn(api, 'body', person))
    await api('PUT /users/me/email', { headers, body: { newEmail } })
    return delivered(services)
  }
  const undo = (token: string) => api('POST /auth/email/undo', { body: { token } })
  const reset = async (email: string, newPassword: string, ip?: string) => {
    await api('POST /auth/password/forgot', { body: { email } })
    await delivered(services)
    const { token } = mailTo(services, email, 'reset_password')
    return api('POST /auth/password/reset', { body: { token, newPassword }, ...(ip && { ip }) })
  }
  return { services, api, engine, userId: user.id as string, verify, change, undo, reset }
}
/** Ada has verified her address. */
async function withVerifiedAda() {
  const fixture = await withAda()
  await fixture.verify(mailTo(fixture.services, ada.email, 'verify_email').token)
  return fixture
}

describe('a change of email that was requested while the address was unverified', () => {
  it('is void once the owner has verified the address', async () => {
    const fixture = await withAda()
    await fixture.change()
    const { token } = mailTo(fixture.services, to, 'verify_new_email')
    await fixture.verify(mailTo(fixture.services, ada.email, 'verify_email').token)
    expect(await fixture.verify(token)).toMatchObject(isRefused)
    expect(await logIn(fixture.api)).toMatchObject({ status: 200, body: { user: { email: ada.email } } })
  })

  it('is void if its mail was written while the owner verified the address', async () => {
    const fixture = await withAda()
    const headers = bearer(await logIn(fixture.api))
    await fixture.api('PUT /users/me/email', { headers, body: { newEmail: to } })
    const before = await fixture.services.users.findById(fixture.userId)
    await fixture.verify(mailTo(fixture.services, ada.email, 'verify_email').token)
    // The mail function read the account before.
    const users = { ...fixture.services.users, findById: async () => before }
    await delivered({ ...fixture.services, users })
    expect(await fixture.verify(mailTo(fixture.services, to, 'verify_new_email').token)).toMatchObject(
      isRefused,
    )
  })

  it('is mailed with a warning and an undo link if the owner has verified the address by then', async () => {
    const fixture = await withAda()
    const headers = bearer(await logIn(fixture.api))
    await fixture.api('PUT /users/me/email', { headers, body: { newEmail: to } })
    await fixture.verify(mailTo(fixture.services, ada.email, 'verify_email').token)
    expect(kinds(await delivered(fixture.services))).toEqual([
      `${ada.email} email_change_requested`,
      `${to} verify_new_email`,
    ])
  })
})

describe('a change of email to the address of an unverified account', () => {
  it('is mailed with a note that this account is deleted, and is made: proof of the mailbox wins', async () => {
    const fixture = await withVerifiedAda()
    const squatter = await signedUp(fixture.api, { ...eve, email: to })
    await delivered(fixture.services)
    const login = await logIn(fixture.api, 'body', { ...eve, email: to })
    const sent = await fixture.change()
    expect(kinds(sent)).toEqual([`${ada.email} email_change_requested`, `${to} verify_new_email`])
    const { token, replaces } = mailTo(fixture.services, to, 'verify_new_email')
    expect(replaces).toBe(true)
    expect(await fixture.verify(token)).toMatchObject({ status: 204 })

    expect(await fixture.services.users.findById(squatter.body.user.id)).toBeUndefined()
    expect(await fixture.services.users.findByEmail(to)).toMatchObject({
      id: fixture.userId,
      emailVerified: true,
    })
    expect(await fixture.api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    expect(await fixture.services.sessions.list(squatter.body.user.id, fixture.services.clock.now())).toEqual(
      [],
    )
    expect(await logIn(fixture.api, 'body', { ...ada, email: to })).toMatchObject({ status: 200 })
  })

  it('is refused if that account was verified meanwhile; of two verifications at once, one wins', async () => {
    for (let round = 0; round < 5; round++) {
      const fixture = await withVerifiedAda()
      const other = await signedUp(fixture.api, { ...eve, email: to })
      await delivered(fixture.services)
      const theirs = mailTo(fixture.services, to, 'verify_email').token
      await fixture.change()
      const ours = mailTo(fixture.services, to, 'verify_new_email').token
      const [theirAnswer, ourAnswer] = await Promise.all([fixture.verify(theirs), fixture.verify(ours)])
      const holder = await fixture.services.users.findByEmail(to)
      const won = holder?.id === fixture.userId
      expect(holder?.id).toBe(won ? fixture.userId : other.body.user.id)
      expect(ourAnswer).toMatchObject(won ? { status: 204 } : { status: 409, body: { code: 'email_taken' } })
      expect(theirAnswer.status).toBe(won ? 400 : 204)
      expect((await fixture.services.users.findById(fixture.userId))?.email).toBe(won ? to : ada.email)
      expect((await fixture.services.users.findById(other.body.user.id)) === undefined).toBe(won)
    }
  })

  it('spares an account that an administrator gave a role or disabled', async () => {
    for (const decide of ['role', 'ban'] as const) {
      const fixture = await withVerifiedAda()
      const other = await signedUp(fixture.api, { ...eve, email: to })
      await delivered(fixture.services)
      const { id } = other.body.user
      if (decide === 'role') await withRoles(fixture.services.users, id)
      else {
        const account = await fixture.services.users.findById(id)
        if (!account) throw new Error('There is no account')
        await fixture.services.users.change(account, {
          status: 'disabled',
          endsSessions: true,
          deniedUntil: 0,
        })
      }
      expect(kinds(await fixture.change())).toEqual([
        `${ada.email} email_change_requested`,
        `${to} already_registered`,
      ])
      expect(await fixture.services.users.findById(id)).toBeDefined()
    }
  })

  it('spares an account that was opened after the mail was sent', async () => {
    const fixture = await withVerifiedAda()
    await fixture.change()
    const planted = mailTo(fixture.services, to, 'verify_new_email')
    expect(planted.replaces).toBe(false)
    const other = await signedUp(fixture.api, { ...eve, email: to })
    expect(await fixture.verify(planted.token)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect(await fixture.services.users.findById(other.body.user.id)).toBeDefined()

    // A new request names this account in its mail, and may replace it.
    await fixture.change()
    const renewed = mailTo(fixture.services, to, 'verify_new_email')
    expect(renewed.replaces).toBe(true)
    expect(await fixture.verify(renewed.token)).toMatchObject({ status: 204 })
    expect(await fixture.services.users.findById(other.body.user.id)).toBeUndefined()
  })

  it('spares the next account with the address, once the one named in the mail is deleted', async () => {
    const fixture = await withVerifiedAda()
    const other = { ...eve, email: to }
    await signedUp(fixture.api, other)
    await fixture.change()
    const { token } = mailTo(fixture.services, to, 'verify_new_email')
    const headers = bearer(await logIn(fixture.api, 'body', other))
    expect(await fixture.api('DELETE /users/me', { headers })).toMatchObject({
      status: 204,
    })
    const next = await signedUp(fixture.api, other)
    expect(await fixture.verify(token)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect(await fixture.services.users.findById(next.body.user.id)).toBeDefined()
  })
})

describe('an account that an administrator disabled to stop a thief', () => {
  const disabled = async () => {
    const fixture = await withVerifiedAda()
    await fixture.change()
    const { token: verifying } = mailTo(fixture.services, to, 'verify_new_email')
    const { token: undoing } = mailTo(fixture.services, ada.email, 'email_change_requested')
    const admin = await administrator(fixture.api, fixture.services, { ...eve, email: 'mel@example.com' })
    const setStatus = (status: string) =>
      fixture.api('PATCH /users/{userId}', {
        headers: bearer(admin.login),
        params: { userId: fixture.userId },
        body: { status },
      })
    return { ...fixture, verifying, undoing, setStatus }
  }

  it('gets its address back by the owner’s link, stays disabled, and needs a new password once enabled', async () => {
    const fixture = await disabled()
    await fixture.verify(fixture.verifying)
    await fixture.setStatus('disabled')
    await delivered(fixture.services)
    expect(await fixture.undo(fixture.undoing)).toMatchObject({ status: 204 })
    expect(await fixture.services.users.findById(fixture.userId)).toMatchObject({
      email: ada.email,
      status: 'disabled',
    })
    expect(await delivered(fixture.services)).toEqual([])
    expect(await fixture.undo(fixture.undoing)).toMatchObject(isRefused)

    await fixture.setStatus('active')
    for (const person of [ada, atNew])
      expect(await logIn(fixture.api, 'body', person)).toMatchObject({ status: 401 })
    expect(await fixture.reset(ada.email, 'a new and longer password')).toMatchObject({ status: 204 })
    expect(await logIn(fixture.api, 'body', { ...ada, password: 'a new and longer password' })).toMatchObject(
      {
        status: 200,
      },
    )
  })

  it('loses the thief’s password by the owner’s link, also if the new address was not verified yet', async () => {
    const fixture = await disabled()
    await fixture.setStatus('disabled')
    expect(await fixture.undo(fixture.undoing)).toMatchObject({ status: 204 })
    await fixture.setStatus('active')
    expect(await fixture.verify(fixture.verifying)).toMatchObject(isRefused)
    expect(await logIn(fixture.api)).toMatchObject({ status: 401 })
    expect(await fixture.reset(ada.email, 'a new and longer password')).toMatchObject({ status: 204 })
  })
})

describe('after the owner took the account back', () => {
  const thief = { ip: '203.0.113.9' }
  const logInFrom = (fixture: Awaited<ReturnType<typeof withAda>>, ip: string, person = ada) =>
    fixture.api('POST /auth/login', { body: { email: person.email, password: person.password }, ip })

  it('by a reset, the thief’s device is new again, and the owner’s is known', async () => {
    const fixture = await withVerifiedAda()
    await logInFrom(fixture, thief.ip)
    await delivered(fixture.services)
    const next = { ...ada, password: 'a new and longer password' }
    await fixture.reset(ada.email, next.password, '192.0.2.7')
    await delivered(fixture.services)
    await logInFrom(fixture, '192.0.2.7', next)
    expect(kinds(await delivered(fixture.services))).toEqual([])
    await logInFrom(fixture, thief.ip, next)
    expect(kinds(await delivered(fixture.services))).toEqual([`${ada.email} new_device`])
  })

  it('by an undo, only the owner’s device is known', async () => {
    const fixture = await withVerifiedAda()
    await logInFrom(fixture, thief.ip)
    await fixture.change()
    await fixture.verify(mailTo(fixture.services, to, 'verify_new_email').token)
    await fixture.undo(mailTo(fixture.services, ada.email, 'email_change_requested').token)
    const account = await fixture.services.users.findById(fixture.userId)
    expect(account?.devices).toHaveLength(1)
  })

  it('an earlier login whose mail was still waiting is notified, and its device is not remembered', async () => {
    const fixture = await withVerifiedAda()
    await logInFrom(fixture, thief.ip)
    const waiting = fixture.services.waitingJobs.splice(0)
    const next = { ...ada, password: 'a new and longer password' }
    await fixture.reset(ada.email, next.password)
    await delivered(fixture.services)
    fixture.services.waitingJobs.push(...waiting)
    expect(kinds(await delivered(fixture.services))).toEqual([`${ada.email} new_device`])
    await logInFrom(fixture, thief.ip, next)
    expect(kinds(await delivered(fixture.services))).toEqual([`${ada.email} new_device`])
  })
})
