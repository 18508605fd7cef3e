import { engineStores } from '../../tools/testing/engine.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered, type TestServices, testServices } from '../../tools/testing/test-services.ts'
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

/** Ada has signed up on a real engine; her mail is in the mailbox, not yet answered. */
async function withAda() {
  const engine = await engineStores()
  const services = testServices({ stores: engine })
  const api = gateway(services)
  const { user } = (await signedUp(api)).body
  await delivered(services)
  const verify = (token: string) => api('POST /auth/email/verify', { body: { token } })
  const change = async (newEmail = to, person = ada) => {
    const headers = bearer(await logIn(api, 'body', person))
    await api('PUT /users/me/email', { headers, body: { newEmail, password: person.password } })
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
/** Ada has confirmed her address. */
async function withProvenAda() {
  const it = await withAda()
  await it.verify(mailTo(it.services, ada.email, 'verify_email').token)
  return it
}

describe('a change of email that was asked for while the address was unconfirmed', () => {
  it('cannot be confirmed once its owner has confirmed the address', async () => {
    const it = await withAda()
    await it.change()
    const { token } = mailTo(it.services, to, 'confirm_new_email')
    await it.verify(mailTo(it.services, ada.email, 'verify_email').token)
    expect(await it.verify(token)).toMatchObject(isRefused)
    expect(await logIn(it.api)).toMatchObject({ status: 200, body: { user: { email: ada.email } } })
  })

  it('nor if the mail was written while the owner confirmed', async () => {
    const it = await withAda()
    const headers = bearer(await logIn(it.api))
    await it.api('PUT /users/me/email', { headers, body: { newEmail: to, password: ada.password } })
    const before = await it.services.users.findById(it.userId)
    await it.verify(mailTo(it.services, ada.email, 'verify_email').token)
    // The function that mails has read the account before.
    const users = { ...it.services.users, findById: async () => before }
    await delivered({ ...it.services, users })
    expect(await it.verify(mailTo(it.services, to, 'confirm_new_email').token)).toMatchObject(isRefused)
  })

  it('is mailed with a warning and an undo, if the owner has confirmed by the time', async () => {
    const it = await withAda()
    const headers = bearer(await logIn(it.api))
    await it.api('PUT /users/me/email', { headers, body: { newEmail: to, password: ada.password } })
    await it.verify(mailTo(it.services, ada.email, 'verify_email').token)
    expect(kinds(await delivered(it.services))).toEqual([
      `${ada.email} email_change_requested`,
      `${to} confirm_new_email`,
    ])
  })
})

describe('a change of email to an address that somebody signed up with and never confirmed', () => {
  it('is mailed to that address, with a word on the account that goes, and made: proof of the mailbox wins', async () => {
    const it = await withProvenAda()
    const squatter = await signedUp(it.api, { ...eve, email: to })
    await delivered(it.services)
    const login = await logIn(it.api, 'body', { ...eve, email: to })
    const sent = await it.change()
    expect(kinds(sent)).toEqual([`${ada.email} email_change_requested`, `${to} confirm_new_email`])
    const { token, replaces } = mailTo(it.services, to, 'confirm_new_email')
    expect(replaces).toBe(true)
    expect(await it.verify(token)).toMatchObject({ status: 204 })

    expect(await it.services.users.findById(squatter.body.user.id)).toBeUndefined()
    expect(await it.services.users.findByEmail(to)).toMatchObject({ id: it.userId, emailVerified: true })
    expect(await it.api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    expect(await it.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    expect(await it.services.sessions.list(squatter.body.user.id, it.services.clock.now())).toEqual([])
    expect(await logIn(it.api, 'body', { ...ada, email: to })).toMatchObject({ status: 200 })
  })

  it('is refused if that account was confirmed meanwhile, and one of the two wins when both confirm at once', async () => {
    for (let round = 0; round < 5; round++) {
      const it = await withProvenAda()
      const other = await signedUp(it.api, { ...eve, email: to })
      await delivered(it.services)
      const theirs = mailTo(it.services, to, 'verify_email').token
      await it.change()
      const ours = mailTo(it.services, to, 'confirm_new_email').token
      const [theirAnswer, ourAnswer] = await Promise.all([it.verify(theirs), it.verify(ours)])
      const holder = await it.services.users.findByEmail(to)
      const won = holder?.id === it.userId
      expect(holder?.id).toBe(won ? it.userId : other.body.user.id)
      expect(ourAnswer).toMatchObject(won ? { status: 204 } : { status: 409, body: { code: 'email_taken' } })
      expect(theirAnswer.status).toBe(won ? 400 : 204)
      expect((await it.services.users.findById(it.userId))?.email).toBe(won ? to : ada.email)
      expect((await it.services.users.findById(other.body.user.id)) === undefined).toBe(won)
    }
  })

  it('leaves an account alone that an operator vouches for or has disabled: a role, or a ban, is a decision', async () => {
    for (const decide of ['role', 'ban'] as const) {
      const it = await withProvenAda()
      const other = await signedUp(it.api, { ...eve, email: to })
      await delivered(it.services)
      const { id } = other.body.user
      if (decide === 'role') await withRoles(it.services.users, id)
      else {
        const account = await it.services.users.findById(id)
        if (!account) throw new Error('There is no account')
        await it.services.users.change(account, { status: 'disabled', endsSessions: true, deniedUntil: 0 })
      }
      expect(kinds(await it.change())).toEqual([
        `${ada.email} email_change_requested`,
        `${to} already_registered`,
      ])
      expect(await it.services.users.findById(id)).toBeDefined()
    }
  })

  it('takes no account away that was opened after the mail went out: its owner may have two mails and open the wrong one', async () => {
    const it = await withProvenAda()
    await it.change()
    const planted = mailTo(it.services, to, 'confirm_new_email')
    expect(planted.replaces).toBe(false)
    const other = await signedUp(it.api, { ...eve, email: to })
    expect(await it.verify(planted.token)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect(await it.services.users.findById(other.body.user.id)).toBeDefined()

    // A new request says that this account goes, and then it may.
    await it.change()
    const told = mailTo(it.services, to, 'confirm_new_email')
    expect(told.replaces).toBe(true)
    expect(await it.verify(told.token)).toMatchObject({ status: 204 })
    expect(await it.services.users.findById(other.body.user.id)).toBeUndefined()
  })

  it('nor the next account with the address, once the one that the mail named is gone', async () => {
    const it = await withProvenAda()
    const other = { ...eve, email: to }
    await signedUp(it.api, other)
    await it.change()
    const { token } = mailTo(it.services, to, 'confirm_new_email')
    const headers = bearer(await logIn(it.api, 'body', other))
    expect(await it.api('DELETE /users/me', { headers, body: { password: eve.password } })).toMatchObject({
      status: 204,
    })
    const next = await signedUp(it.api, other)
    expect(await it.verify(token)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect(await it.services.users.findById(next.body.user.id)).toBeDefined()
  })
})

describe('an account that an administrator disabled to stop a thief', () => {
  const disabled = async () => {
    const it = await withProvenAda()
    await it.change()
    const { token: confirming } = mailTo(it.services, to, 'confirm_new_email')
    const { token: undoing } = mailTo(it.services, ada.email, 'email_change_requested')
    const admin = await administrator(it.api, it.services, { ...eve, email: 'mel@example.com' })
    const setStatus = (status: string) =>
      it.api('PATCH /users/{userId}', {
        headers: bearer(admin.login),
        params: { userId: it.userId },
        body: { status },
      })
    return { ...it, confirming, undoing, setStatus }
  }

  it('gets its address back by the owner’s link, stays disabled, and no password opens it once it is enabled', async () => {
    const it = await disabled()
    await it.verify(it.confirming)
    await it.setStatus('disabled')
    await delivered(it.services)
    expect(await it.undo(it.undoing)).toMatchObject({ status: 204 })
    expect(await it.services.users.findById(it.userId)).toMatchObject({
      email: ada.email,
      status: 'disabled',
    })
    expect(await delivered(it.services)).toEqual([])
    expect(await it.undo(it.undoing)).toMatchObject(isRefused)

    await it.setStatus('active')
    for (const person of [ada, atNew])
      expect(await logIn(it.api, 'body', person)).toMatchObject({ status: 401 })
    expect(await it.reset(ada.email, 'a new and longer password')).toMatchObject({ status: 204 })
    expect(await logIn(it.api, 'body', { ...ada, password: 'a new and longer password' })).toMatchObject({
      status: 200,
    })
  })

  it('loses the thief’s password by the owner’s link, also of a change that was not made yet', async () => {
    const it = await disabled()
    await it.setStatus('disabled')
    expect(await it.undo(it.undoing)).toMatchObject({ status: 204 })
    await it.setStatus('active')
    expect(await it.verify(it.confirming)).toMatchObject(isRefused)
    expect(await logIn(it.api)).toMatchObject({ status: 401 })
    expect(await it.reset(ada.email, 'a new and longer password')).toMatchObject({ status: 204 })
  })
})

describe('after a rescue', () => {
  const thief = { ip: '203.0.113.9' }
  const logInFrom = (it: Awaited<ReturnType<typeof withAda>>, ip: string, person = ada) =>
    it.api('POST /auth/login', { body: { email: person.email, password: person.password }, ip })

  it('by a reset, the thief’s device is news again, and the one that the mail was read on is not', async () => {
    const it = await withProvenAda()
    await logInFrom(it, thief.ip)
    await delivered(it.services)
    const next = { ...ada, password: 'a new and longer password' }
    await it.reset(ada.email, next.password, '192.0.2.7')
    await delivered(it.services)
    await logInFrom(it, '192.0.2.7', next)
    expect(kinds(await delivered(it.services))).toEqual([])
    await logInFrom(it, thief.ip, next)
    expect(kinds(await delivered(it.services))).toEqual([`${ada.email} new_device`])
  })

  it('by an undo, all devices but the owner’s are forgotten', async () => {
    const it = await withProvenAda()
    await logInFrom(it, thief.ip)
    await it.change()
    await it.verify(mailTo(it.services, to, 'confirm_new_email').token)
    await it.undo(mailTo(it.services, ada.email, 'email_change_requested').token)
    const account = await it.services.users.findById(it.userId)
    expect(account?.devices).toHaveLength(1)
  })

  it('a login of before it, whose mail was still to be written, is told, and not remembered', async () => {
    const it = await withProvenAda()
    await logInFrom(it, thief.ip)
    const waiting = it.services.left.splice(0)
    const next = { ...ada, password: 'a new and longer password' }
    await it.reset(ada.email, next.password)
    await delivered(it.services)
    it.services.left.push(...waiting)
    expect(kinds(await delivered(it.services))).toEqual([`${ada.email} new_device`])
    await logInFrom(it, thief.ip, next)
    expect(kinds(await delivered(it.services))).toEqual([`${ada.email} new_device`])
  })
})
