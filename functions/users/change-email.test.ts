import { capturedLog } from '../../tools/testing/captured-log.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { limited, type TestServices, testServices } from '../../tools/testing/test-services.ts'
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
    return api('PUT /users/me/email', { headers, body: { newEmail } })
  }
  const undo = (token: string) => api('POST /auth/email/undo', { body: { token } })
  return { services, api, verify, change, undo }
}
/** Ada has requested another email. Returns the token that verifies it and the one that undoes it. */
async function asked(fixture: Awaited<ReturnType<typeof withAda>>) {
  expect(await fixture.change()).toMatchObject({ status: 202 })
  await delivered(fixture.services)
  return {
    verifying: mailTo(fixture.services, to, 'verify_new_email').token,
    undoing: mailTo(fixture.services, ada.email, 'email_change_requested').token,
  }
}
const kinds = (sent: TestServices['mailbox']) => sent.map(({ to, template }) => `${to} ${template.kind}`)

describe('a change of email', () => {
  it('warns the old address, mails the new one, and changes nothing before the new one is verified', async () => {
    const fixture = await withAda()
    await fixture.change()
    expect(kinds(await delivered(fixture.services))).toEqual([
      `${ada.email} email_change_requested`,
      `${to} verify_new_email`,
    ])
    expect(await logIn(fixture.api)).toMatchObject({ status: 200, body: { user: { email: ada.email } } })
    expect(await logIn(fixture.api, 'body', atNew)).toMatchObject({ status: 401 })
  })

  it('is made when the new address is verified: the new address logs in, the old one does not, and sessions stay', async () => {
    const fixture = await withAda()
    const { verifying } = await asked(fixture)
    const login = await logIn(fixture.api)
    expect(await fixture.verify(verifying)).toMatchObject({ status: 204 })
    expect(kinds(await delivered(fixture.services))).toEqual([`${ada.email} email_changed`])
    expect(await logIn(fixture.api, 'body', atNew)).toMatchObject({
      status: 200,
      body: { user: { emailVerified: true } },
    })
    expect(await logIn(fixture.api)).toMatchObject({ status: 401 })
    expect(await fixture.api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 401 })
    const { refreshToken } = login.body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({
      status: 200,
      body: { user: { email: to } },
    })
  })

  it('is confirmed by the same link until it expires, which then changes nothing', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    expect(await fixture.verify(verifying)).toMatchObject({ status: 204 })
    await delivered(fixture.services)
    const state = () => JSON.stringify(Object.values(fixture.services.tables).map((table) => [...table]))
    const before = state()
    const { result, entries } = await capturedLog(() => fixture.verify(verifying))
    expect([result.status, entries, await delivered(fixture.services)]).toEqual([204, [], []])
    expect(state()).toBe(before)
    for (const route of [
      'POST /auth/password/reset',
      'POST /auth/email/undo',
      'POST /auth/email-login/redeem',
    ]) {
      const body = {
        token: verifying,
        ...(route.endsWith('reset') && { newPassword: 'a new and longer password' }),
      }
      expect(await fixture.api(route, { body })).toMatchObject(isRefused)
    }
    fixture.services.clock.advance(86_399)
    expect(await fixture.verify(verifying)).toMatchObject({ status: 204 })
    fixture.services.clock.advance(1)
    expect(await fixture.verify(verifying)).toMatchObject(isRefused)
    expect(await fixture.api('POST /auth/email/undo', { body: { token: undoing } })).toMatchObject({
      status: 204,
    })
  })

  it('that was made is not confirmed any more once it is undone, or the account is disabled', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    await fixture.verify(verifying)
    const [account] = [...fixture.services.tables.accounts.values()]
    if (!account) throw new Error('There is no account')
    fixture.services.tables.accounts.set(account.id, { ...account, status: 'disabled' })
    expect(await fixture.verify(verifying)).toMatchObject(isRefused)
    fixture.services.tables.accounts.set(account.id, account)
    await fixture.api('POST /auth/email/undo', { body: { token: undoing } })
    expect(await fixture.verify(verifying)).toMatchObject(isRefused)
  })

  it('needs a fresh proof, and a different address', async () => {
    const fixture = await withAda()
    const headers = bearer(await logIn(fixture.api))
    fixture.services.clock.advance(601)
    const late = await fixture.api('PUT /users/me/email', { headers, body: { newEmail: to } })
    expect(late).toMatchObject({ status: 401, body: { code: 'reauthentication_required' } })
    expect(await fixture.change(ada.email)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'newEmail' }] },
    })
    expect(await delivered(fixture.services)).toEqual([])
  })

  it('cannot be made if the old address could not be warned', async () => {
    const fixture = await withAda()
    await fixture.change()
    const mailer: TestServices['mailer'] = {
      send: async (...mail) =>
        mail[0] === ada.email ? { rejectedAs: 'MessageRejected' } : fixture.services.mailer.send(...mail),
    }
    expect(await delivered({ ...fixture.services, mailer })).toEqual([])
  })

  it('stays valid though somebody requests a mail to the old address', async () => {
    const fixture = await withAda({ verified: false })
    await fixture.change()
    await fixture.api('POST /auth/email/resend', { body: { email: ada.email } })
    await delivered(fixture.services)
    const { token } = mailTo(fixture.services, to, 'verify_new_email')
    expect(await fixture.verify(token)).toMatchObject({ status: 204 })
  })

  it('is answered alike whether the address is free, taken, or over its limit of mails', async () => {
    const seen = async (target: 'free' | 'taken' | 'over its budget') => {
      const fixture = await withAda()
      if (target === 'taken') {
        await signedUp(fixture.api, { ...eve, email: to })
        await delivered(fixture.services)
        await fixture.verify(mailTo(fixture.services, to, 'verify_email').token)
      }
      const { rateLimiter } = limited(fixture.services, { mailsPerRecipient: { most: 0, seconds: DAY } })
      const services = target === 'over its budget' ? { ...fixture.services, rateLimiter } : fixture.services
      // An earlier request must end in all cases alike.
      await fixture.change('before@example.com')
      await delivered(fixture.services)
      const before = mailTo(fixture.services, 'before@example.com', 'verify_new_email').token
      const { status, body } = await fixture.change()
      const sent = kinds(await delivered(services))
      const { token } = mailTo(fixture.services, ada.email, 'email_change_requested')
      const verified = (await fixture.verify(before)).status
      const undone = (await fixture.undo(token)).status
      const own = (mail: string) => mail.startsWith(ada.email)
      return {
        theirs: sent.filter((mail) => !own(mail)),
        own: { status, body, sent: sent.filter(own), verified, undone },
      }
    }
    const [free, taken, over] = [await seen('free'), await seen('taken'), await seen('over its budget')]
    expect(free.own).toMatchObject({ status: 202, verified: 400, undone: 204 })
    expect(free.own.sent).toEqual([`${ada.email} email_change_requested`])
    expect([taken.own, over.own]).toEqual([free.own, free.own])
    expect([free.theirs, taken.theirs, over.theirs]).toEqual([
      [`${to} verify_new_email`],
      [`${to} already_registered`],
      [],
    ])
  })

  it('is refused if another account verified the address meanwhile', async () => {
    const fixture = await withAda()
    const { verifying } = await asked(fixture)
    await signedUp(fixture.api, { ...eve, email: to })
    await delivered(fixture.services)
    await fixture.verify(mailTo(fixture.services, to, 'verify_email').token)
    expect(await fixture.verify(verifying)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect(await logIn(fixture.api)).toMatchObject({ status: 200 })
  })

  it('is void once every session was ended, and its undo link still disables the password', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    const headers = bearer(await logIn(fixture.api))
    await fixture.api('DELETE /users/me/sessions', { headers, query: { all: 'true' } })
    expect(await fixture.verify(verifying)).toMatchObject(isRefused)
    expect(await fixture.undo(undoing)).toMatchObject({ status: 204 })
    expect(await logIn(fixture.api)).toMatchObject({ status: 401 })
  })

  it('is not mailed if every session was ended before the mail was written', async () => {
    const fixture = await withAda()
    await fixture.change()
    const headers = bearer(await logIn(fixture.api))
    await fixture.api('DELETE /users/me/sessions', { headers, query: { all: 'true' } })
    expect(await delivered(fixture.services)).toEqual([])
  })

  it('can be made once in 7 days', async () => {
    const fixture = await withAda()
    const { verifying } = await asked(fixture)
    await fixture.verify(verifying)
    expect(await fixture.change('other@example.com', atNew)).toMatchObject({
      status: 409,
      body: { code: 'email_changed_recently' },
    })
    fixture.services.clock.advance(7 * DAY)
    expect(await fixture.change('other@example.com', atNew)).toMatchObject({ status: 202 })
  })

  it('from an unverified address cannot be undone: its owner by a typo could take the account', async () => {
    const fixture = await withAda({ verified: false })
    await fixture.change()
    expect(kinds(await delivered(fixture.services))).toEqual([`${to} verify_new_email`])
    await fixture.verify(mailTo(fixture.services, to, 'verify_new_email').token)
    expect(fixture.services.tables.formerEmails.size).toBe(0)
    expect(await delivered(fixture.services)).toEqual([])
    expect(await signedUp(fixture.api)).toMatchObject({ status: 201 })
  })
})

describe('a link that was mailed to the old address before', () => {
  it.each(['POST /auth/password/forgot', 'POST /auth/email-login'])(
    'by %s is void after the change: the old address may be a stranger’s, by a typo',
    async (route) => {
      const fixture = await withAda({ verified: false })
      await fixture.api(route, { body: { email: ada.email } })
      await fixture.change()
      await delivered(fixture.services)
      await fixture.verify(mailTo(fixture.services, to, 'verify_new_email').token)
      const newPassword = 'the password of a stranger'
      const answer = route.endsWith('forgot')
        ? await fixture.api('POST /auth/password/reset', {
            body: { token: mailTo(fixture.services, ada.email, 'reset_password').token, newPassword },
          })
        : await fixture.api('POST /auth/email-login/redeem', {
            body: { token: mailTo(fixture.services, ada.email, 'email_login').token },
          })
      expect(answer).toMatchObject(isRefused)
      expect(await logIn(fixture.api, 'body', atNew)).toMatchObject({ status: 200 })
    },
  )

  it('does not lead back to it, though its mail was written while the change was made', async () => {
    const fixture = await withAda({ verified: false })
    await fixture.change()
    await delivered(fixture.services)
    const { token } = mailTo(fixture.services, to, 'verify_new_email')
    const before = await fixture.services.users.findByEmail(ada.email)
    await fixture.api('POST /auth/email/resend', { body: { email: ada.email } })
    await fixture.verify(token)
    // The mail function read the account before the change was made.
    const users = { ...fixture.services.users, findByEmail: async () => before }
    await delivered({ ...fixture.services, users })
    const late = mailTo(fixture.services, ada.email, 'verify_email').token
    expect(await fixture.verify(late)).toMatchObject(isRefused)
    expect(await logIn(fixture.api, 'body', atNew)).toMatchObject({
      status: 200,
      body: { user: { email: to } },
    })
  })
})

describe('a change of email made by a thief', () => {
  it('is undone from the old address: a reset opens the account again, and the thief’s password does not', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    await fixture.verify(verifying)
    await delivered(fixture.services)
    const thief = await logIn(fixture.api, 'body', atNew)
    expect(await fixture.undo(undoing)).toMatchObject({ status: 204 })

    expect(await fixture.api('GET /users/me', { headers: bearer(thief) })).toMatchObject({ status: 401 })
    const { refreshToken } = thief.body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    for (const person of [ada, atNew])
      expect(await logIn(fixture.api, 'body', person)).toMatchObject({ status: 401 })

    expect(kinds(await delivered(fixture.services))).toEqual([`${ada.email} email_kept`])
    const { token } = mailTo(fixture.services, ada.email, 'email_kept')
    const newPassword = 'a new and longer password'
    await fixture.api('POST /auth/password/reset', { body: { token, newPassword } })
    expect(await logIn(fixture.api, 'body', { ...ada, password: newPassword })).toMatchObject({
      status: 200,
      body: { user: { email: ada.email, emailVerified: true } },
    })
    expect(await signedUp(fixture.api, atNew)).toMatchObject({ status: 201 })
  })

  it('is undone although the thief has changed the password too', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    await fixture.verify(verifying)
    const headers = bearer(await logIn(fixture.api, 'body', atNew))
    const body = { currentPassword: ada.password, newPassword: 'the password of the thief' }
    expect(await fixture.api('PUT /users/me/password', { headers, body })).toMatchObject({ status: 200 })
    expect(await fixture.undo(undoing)).toMatchObject({ status: 204 })
    const thief = { ...atNew, password: body.newPassword }
    expect(await logIn(fixture.api, 'body', thief)).toMatchObject({ status: 401 })
  })

  it('is stopped before the new address is verified, by the same link', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    expect(await fixture.undo(undoing)).toMatchObject({ status: 204 })
    expect(await fixture.verify(verifying)).toMatchObject(isRefused)
    expect(await logIn(fixture.api)).toMatchObject({ status: 401 })
    expect(kinds(await delivered(fixture.services))).toEqual([`${ada.email} email_kept`])
  })

  it('is undone once by fifty requests at once, and not by the link that verifies', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    expect(await fixture.undo(verifying)).toMatchObject(isRefused)
    expect(await fixture.verify(undoing)).toMatchObject(isRefused)
    await fixture.verify(verifying)
    const answers = await Promise.all(Array.from({ length: 50 }, () => fixture.undo(undoing)))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([204, ...Array.from({ length: 49 }, () => 400)])
  })

  it('is undone while the new address is being verified, though one read is outdated', async () => {
    const fixture = await withAda()
    const { verifying, undoing } = await asked(fixture)
    const [before] = [...fixture.services.tables.accounts.values()]
    const pending = [...fixture.services.tables.codes.values()]
    await fixture.verify(verifying)
    let read = 0
    const find: TestServices['codes']['find'] = async (...given) =>
      read++ === 0 ? { codes: pending, account: before } : fixture.services.codes.find(...given)
    const api = gateway({ ...fixture.services, codes: { ...fixture.services.codes, find } })
    expect(await api('POST /auth/email/undo', { body: { token: undoing } })).toMatchObject({ status: 204 })
    expect(await fixture.services.users.findByEmail(ada.email)).toBeDefined()
  })

  it('can be undone for 7 days after it was made', async () => {
    for (const [seconds, status] of [
      [7 * DAY - 1, 204],
      [7 * DAY, 400],
    ] as const) {
      const fixture = await withAda()
      const { verifying, undoing } = await asked(fixture)
      fixture.services.clock.advance(DAY - 1)
      await fixture.verify(verifying)
      fixture.services.clock.advance(seconds)
      expect(await fixture.undo(undoing)).toMatchObject({ status })
    }
  })

  it('appears in the export with the old address, for the 7 days', async () => {
    const fixture = await withAda()
    const { verifying } = await asked(fixture)
    await fixture.verify(verifying)
    const exported = async () => {
      const headers = bearer(await logIn(fixture.api, 'body', atNew))
      return (await fixture.api('GET /users/me/export', { headers })).body.user.formerEmail
    }
    expect(await exported()).toEqual({ email: ada.email, keptUntil: '2027-01-22T08:00:00.000Z' })
    fixture.services.clock.advance(7 * DAY)
    expect(await exported()).toBeUndefined()
  })

  it('reserves the old address for these 7 days', async () => {
    const fixture = await withAda()
    const { verifying } = await asked(fixture)
    await fixture.verify(verifying)
    await delivered(fixture.services)
    expect(await fixture.api('POST /auth/signup', { body: ada })).toMatchObject({ status: 409 })
  })
})
