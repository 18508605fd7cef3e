import { gateway } from '../../tools/testing/gateway.ts'
import { delivered, limited, type TestServices, testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, eve, logIn, mailTo, signedUp } from '../../tools/testing/test-users.ts'

const DAY = 86_400
const to = 'king@example.com'
const atNew = { ...ada, email: to }
const isRefused = { status: 400, body: { code: 'invalid_link' } }

async function withAda({ verified = true } = {}) {
  const services = testServices()
  const api = gateway(services)
  await signedUp(api)
  await delivered(services)
  const verify = (token: string) => api('POST /auth/email/verify', { body: { token } })
  if (verified) await verify(mailTo(services, ada.email, 'verify_email').token)
  const change = async (newEmail = to, person = ada) => {
    const headers = bearer(await logIn(api, 'body', person))
    return api('PUT /users/me/email', { headers, body: { newEmail, password: person.password } })
  }
  const undo = (token: string) => api('POST /auth/email/undo', { body: { token } })
  return { services, api, verify, change, undo }
}
/** Ada has asked for another email: the token that confirms it, and the one that undoes it. */
async function asked(it: Awaited<ReturnType<typeof withAda>>) {
  expect(await it.change()).toMatchObject({ status: 202 })
  await delivered(it.services)
  return {
    confirming: mailTo(it.services, to, 'confirm_new_email').token,
    undoing: mailTo(it.services, ada.email, 'email_change_requested').token,
  }
}
const kinds = (sent: TestServices['mailbox']) => sent.map(({ to, template }) => `${to} ${template.kind}`)

describe('a change of email', () => {
  it('warns the old address, asks the new one, and changes nothing before that is confirmed', async () => {
    const it = await withAda()
    await it.change()
    expect(kinds(await delivered(it.services))).toEqual([
      `${ada.email} email_change_requested`,
      `${to} confirm_new_email`,
    ])
    expect(await logIn(it.api)).toMatchObject({ status: 200, body: { user: { email: ada.email } } })
    expect(await logIn(it.api, 'body', atNew)).toMatchObject({ status: 401 })
  })

  it('is made by confirming: the new address logs in, the old one does not, sessions go on, both are told', async () => {
    const it = await withAda()
    const { confirming } = await asked(it)
    const login = await logIn(it.api)
    expect(await it.verify(confirming)).toMatchObject({ status: 204 })
    expect(kinds(await delivered(it.services))).toEqual([`${ada.email} email_changed`])
    expect(await logIn(it.api, 'body', atNew)).toMatchObject({
      status: 200,
      body: { user: { emailVerified: true } },
    })
    expect(await logIn(it.api)).toMatchObject({ status: 401 })
    expect(await it.api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    expect(await it.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({
      status: 200,
      body: { user: { email: to } },
    })
    expect(await it.verify(confirming)).toMatchObject(isRefused)
  })

  it('asks for the password, and for another address than one has', async () => {
    const it = await withAda()
    const headers = bearer(await logIn(it.api))
    const wrong = await it.api('PUT /users/me/email', { headers, body: { newEmail: to, password: 'wrong' } })
    expect(wrong).toMatchObject({ status: 403, body: { code: 'wrong_password' } })
    expect(await it.change(ada.email)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'newEmail' }] },
    })
    expect(await delivered(it.services)).toEqual([])
  })

  it('of which the old address could not be warned is not confirmed', async () => {
    const it = await withAda()
    await it.change()
    const mailer: TestServices['mailer'] = {
      send: async (...mail) =>
        mail[0] === ada.email ? { rejectedAs: 'MessageRejected' } : it.services.mailer.send(...mail),
    }
    expect(await delivered({ ...it.services, mailer })).toEqual([])
  })

  it('goes on though somebody asks for a mail to confirm the old address', async () => {
    const it = await withAda({ verified: false })
    await it.change()
    await it.api('POST /auth/email/resend', { body: { email: ada.email } })
    await delivered(it.services)
    const { token } = mailTo(it.services, to, 'confirm_new_email')
    expect(await it.verify(token)).toMatchObject({ status: 204 })
  })

  it('looks the same to its user whether the address is free, taken, or has had its mails of the day', async () => {
    const seen = async (target: 'free' | 'taken' | 'over its budget') => {
      const it = await withAda()
      if (target === 'taken') {
        await signedUp(it.api, { ...eve, email: to })
        await delivered(it.services)
        await it.verify(mailTo(it.services, to, 'verify_email').token)
      }
      const { rateLimiter } = limited(it.services, { mailsPerRecipient: { most: 0, seconds: DAY } })
      const services = target === 'over its budget' ? { ...it.services, rateLimiter } : it.services
      // What was asked for before must not go on in one case alone.
      await it.change('before@example.com')
      await delivered(it.services)
      const before = mailTo(it.services, 'before@example.com', 'confirm_new_email').token
      const { status, body } = await it.change()
      const sent = kinds(await delivered(services))
      const { token } = mailTo(it.services, ada.email, 'email_change_requested')
      const confirmed = (await it.verify(before)).status
      const undone = (await it.undo(token)).status
      const own = (mail: string) => mail.startsWith(ada.email)
      return {
        theirs: sent.filter((mail) => !own(mail)),
        own: { status, body, sent: sent.filter(own), confirmed, undone },
      }
    }
    const [free, taken, over] = [await seen('free'), await seen('taken'), await seen('over its budget')]
    expect(free.own).toMatchObject({ status: 202, confirmed: 400, undone: 204 })
    expect(free.own.sent).toEqual([`${ada.email} email_change_requested`])
    expect([taken.own, over.own]).toEqual([free.own, free.own])
    expect([free.theirs, taken.theirs, over.theirs]).toEqual([
      [`${to} confirm_new_email`],
      [`${to} already_registered`],
      [],
    ])
  })

  it('to an address that somebody takes, and proves, meanwhile is told to who confirms it', async () => {
    const it = await withAda()
    const { confirming } = await asked(it)
    await signedUp(it.api, { ...eve, email: to })
    await delivered(it.services)
    await it.verify(mailTo(it.services, to, 'verify_email').token)
    expect(await it.verify(confirming)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect(await logIn(it.api)).toMatchObject({ status: 200 })
  })

  it('is void once the password was changed or every session ended', async () => {
    const it = await withAda()
    const { confirming, undoing } = await asked(it)
    const headers = bearer(await logIn(it.api))
    await it.api('DELETE /users/me/sessions', { headers, query: { all: 'true' } })
    expect(await it.verify(confirming)).toMatchObject(isRefused)
    expect(await it.undo(undoing)).toMatchObject(isRefused)
  })

  it('that was ordered before every session ended is mailed to nobody', async () => {
    const it = await withAda()
    await it.change()
    const headers = bearer(await logIn(it.api))
    await it.api('DELETE /users/me/sessions', { headers, query: { all: 'true' } })
    expect(await delivered(it.services)).toEqual([])
  })

  it('can be made once in 7 days, and then again', async () => {
    const it = await withAda()
    const { confirming } = await asked(it)
    await it.verify(confirming)
    expect(await it.change('other@example.com', atNew)).toMatchObject({
      status: 409,
      body: { code: 'email_changed_recently' },
    })
    it.services.clock.advance(7 * DAY)
    expect(await it.change('other@example.com', atNew)).toMatchObject({ status: 202 })
  })

  it('of an address that nobody proved is undone by nobody: a typo’s owner cannot take the account', async () => {
    const it = await withAda({ verified: false })
    await it.change()
    expect(kinds(await delivered(it.services))).toEqual([`${to} confirm_new_email`])
    await it.verify(mailTo(it.services, to, 'confirm_new_email').token)
    expect(it.services.tables.formerEmails.size).toBe(0)
    expect(await delivered(it.services)).toEqual([])
    expect(await signedUp(it.api)).toMatchObject({ status: 201 })
  })
})

describe('what was mailed to the old address before', () => {
  it.each(['POST /auth/password/forgot', 'POST /auth/email-login'])(
    'of %s is worth nothing after the change: it may be a stranger’s, by a typo',
    async (route) => {
      const it = await withAda({ verified: false })
      await it.api(route, { body: { email: ada.email } })
      await it.change()
      await delivered(it.services)
      await it.verify(mailTo(it.services, to, 'confirm_new_email').token)
      const newPassword = 'the password of a stranger'
      const answer = route.endsWith('forgot')
        ? await it.api('POST /auth/password/reset', {
            body: { token: mailTo(it.services, ada.email, 'reset_password').token, newPassword },
          })
        : await it.api('POST /auth/email-login/redeem', {
            body: { token: mailTo(it.services, ada.email, 'email_login').token },
          })
      expect(answer).toMatchObject(isRefused)
      expect(await logIn(it.api, 'body', atNew)).toMatchObject({ status: 200 })
    },
  )

  it('does not lead back to it, though the mail was written while the change was made', async () => {
    const it = await withAda({ verified: false })
    await it.change()
    await delivered(it.services)
    const { token } = mailTo(it.services, to, 'confirm_new_email')
    const before = await it.services.users.findByEmail(ada.email)
    await it.api('POST /auth/email/resend', { body: { email: ada.email } })
    await it.verify(token)
    // The function that mails has read the account before the change was made.
    const users = { ...it.services.users, findByEmail: async () => before }
    await delivered({ ...it.services, users })
    const late = mailTo(it.services, ada.email, 'verify_email').token
    expect(await it.verify(late)).toMatchObject(isRefused)
    expect(await logIn(it.api, 'body', atNew)).toMatchObject({ status: 200, body: { user: { email: to } } })
  })
})

describe('a change of email that a thief has made', () => {
  it('is undone from the old address: it logs in again with a new password, and the thief with none', async () => {
    const it = await withAda()
    const { confirming, undoing } = await asked(it)
    await it.verify(confirming)
    await delivered(it.services)
    const thief = await logIn(it.api, 'body', atNew)
    expect(await it.undo(undoing)).toMatchObject({ status: 204 })

    expect(await it.api('GET /users/me', { headers: bearer(thief) })).toMatchObject({ status: 401 })
    const { refreshToken } = thief.body
    expect(await it.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    for (const person of [ada, atNew])
      expect(await logIn(it.api, 'body', person)).toMatchObject({ status: 401 })

    expect(kinds(await delivered(it.services))).toEqual([`${ada.email} email_kept`])
    const { token } = mailTo(it.services, ada.email, 'email_kept')
    const newPassword = 'a new and longer password'
    await it.api('POST /auth/password/reset', { body: { token, newPassword } })
    expect(await logIn(it.api, 'body', { ...ada, password: newPassword })).toMatchObject({
      status: 200,
      body: { user: { email: ada.email, emailVerified: true } },
    })
    expect(await signedUp(it.api, atNew)).toMatchObject({ status: 201 })
  })

  it('is undone although the thief has changed the password too', async () => {
    const it = await withAda()
    const { confirming, undoing } = await asked(it)
    await it.verify(confirming)
    const headers = bearer(await logIn(it.api, 'body', atNew))
    const body = { currentPassword: ada.password, newPassword: 'the password of the thief' }
    expect(await it.api('PUT /users/me/password', { headers, body })).toMatchObject({ status: 200 })
    expect(await it.undo(undoing)).toMatchObject({ status: 204 })
    const thief = { ...atNew, password: body.newPassword }
    expect(await logIn(it.api, 'body', thief)).toMatchObject({ status: 401 })
  })

  it('is stopped before it is confirmed, by the same link', async () => {
    const it = await withAda()
    const { confirming, undoing } = await asked(it)
    expect(await it.undo(undoing)).toMatchObject({ status: 204 })
    expect(await it.verify(confirming)).toMatchObject(isRefused)
    expect(await logIn(it.api)).toMatchObject({ status: 401 })
    expect(kinds(await delivered(it.services))).toEqual([`${ada.email} email_kept`])
  })

  it('is undone once, by one of fifty at once, and not by the confirming link', async () => {
    const it = await withAda()
    const { confirming, undoing } = await asked(it)
    expect(await it.undo(confirming)).toMatchObject(isRefused)
    expect(await it.verify(undoing)).toMatchObject(isRefused)
    await it.verify(confirming)
    const answers = await Promise.all(Array.from({ length: 50 }, () => it.undo(undoing)))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([204, ...Array.from({ length: 49 }, () => 400)])
  })

  it('is undone while it is being confirmed: one of the two readings is of before', async () => {
    const it = await withAda()
    const { confirming, undoing } = await asked(it)
    const [before] = [...it.services.tables.accounts.values()]
    const pending = [...it.services.tables.codes.values()]
    await it.verify(confirming)
    let read = 0
    const find: TestServices['codes']['find'] = async (...given) =>
      read++ === 0 ? { codes: pending, account: before } : it.services.codes.find(...given)
    const api = gateway({ ...it.services, codes: { ...it.services.codes, find } })
    expect(await api('POST /auth/email/undo', { body: { token: undoing } })).toMatchObject({ status: 204 })
    expect(await it.services.users.findByEmail(ada.email)).toBeDefined()
  })

  it('can be undone for 7 days after it was made', async () => {
    for (const [seconds, status] of [
      [7 * DAY - 1, 204],
      [7 * DAY, 400],
    ] as const) {
      const it = await withAda()
      const { confirming, undoing } = await asked(it)
      it.services.clock.advance(DAY - 1)
      await it.verify(confirming)
      it.services.clock.advance(seconds)
      expect(await it.undo(undoing)).toMatchObject({ status })
    }
  })

  it('shows the old address to its user for as long as it is kept', async () => {
    const it = await withAda()
    const { confirming } = await asked(it)
    await it.verify(confirming)
    const exported = async () => {
      const headers = bearer(await logIn(it.api, 'body', atNew))
      return (await it.api('GET /users/me/export', { headers })).body.user.formerEmail
    }
    expect(await exported()).toEqual({ email: ada.email, keptUntil: '2027-01-22T08:00:00.000Z' })
    it.services.clock.advance(7 * DAY)
    expect(await exported()).toBeUndefined()
  })

  it('keeps the old address from everyone else meanwhile', async () => {
    const it = await withAda()
    const { confirming } = await asked(it)
    await it.verify(confirming)
    await delivered(it.services)
    expect(await it.api('POST /auth/signup', { body: ada })).toMatchObject({ status: 409 })
  })
})
