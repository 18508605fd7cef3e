import { restoreFormerEmail } from '../../lib/domain/email-changes.ts'
import { enrolTotp } from '../../tools/testing/enrolments.ts'
import { asEve, type Fixture, makeFixture, verified } from '../../tools/testing/fixtures.ts'
import { withIdentity } from '../../tools/testing/identities.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { eve, logIn, mailTo } from '../../tools/testing/test-users.ts'

/** Somebody who is logged in as Eve links an identity. */
const linked = ({ services, userId }: Fixture) => withIdentity(services, userId)
const account = ({ services, userId }: Fixture) => services.tables.accounts.get(userId)
const stored = ({ services, userId }: Fixture) => services.identities.list(userId)

describe('a change of email that is undone', () => {
  /** A change that the thief has requested a minute after Eve's identity was linked. */
  async function hostileChange() {
    const fixture = await makeFixture()
    await verified(fixture)
    const own = await linked(fixture)
    Object.assign(fixture.login, await logIn(fixture.api, 'body', eve))
    fixture.services.clock.advance(60)
    const body = { newEmail: 'thief@example.com' }
    await fixture.api('PUT /users/me/email', { ...asEve(fixture), body })
    await delivered(fixture.services)
    const undoing = mailTo(fixture.services, eve.email, 'email_change_requested').token
    const undo = () => fixture.api('POST /auth/email/undo', { body: { token: undoing } })
    return { fixture, own, undo }
  }
  const confirm = async ({ api, services }: Fixture) => {
    const { token } = mailTo(services, 'thief@example.com', 'verify_new_email')
    expect(await api('POST /auth/email/verify', { body: { token } })).toMatchObject({ status: 204 })
  }

  it.each(['before', 'after'])('%s it is made unlinks what was linked since its request', async (when) => {
    const { fixture, own, undo } = await hostileChange()
    if (when === 'after') await confirm(fixture)
    const thiefs = await linked(fixture)
    expect(await undo()).toMatchObject({ status: 204 })
    expect(await stored(fixture)).toEqual([own])
    expect(account(fixture)).toMatchObject({ email: eve.email, passwordHash: '', identities: 1 })
    expect(await fixture.services.identities.find(thiefs.id)).toEqual({})
  })

  it('by an operator does the same', async () => {
    const { fixture, own } = await hostileChange()
    await confirm(fixture)
    await linked(fixture)
    await restoreFormerEmail({ ...fixture.services, events: { record: () => undefined } }, fixture.userId)
    expect(await stored(fixture)).toEqual([own])
    expect(account(fixture)).toMatchObject({ email: eve.email, identities: 1 })
  })

  it('keeps the count where nothing was linked since', async () => {
    const { fixture, own, undo } = await hostileChange()
    expect(await undo()).toMatchObject({ status: 204 })
    expect(await stored(fixture)).toEqual([own])
    expect(account(fixture)).toMatchObject({ identities: 1 })
  })
})

describe('a first factor that is undone', () => {
  it('takes the identities with it that were linked since, and no older one', async () => {
    const fixture = await makeFixture()
    await verified(fixture)
    const own = await linked(fixture)
    Object.assign(fixture.login, await logIn(fixture.api, 'body', eve))
    fixture.services.clock.advance(60)
    await enrolTotp(fixture.api, fixture.services, fixture.login)
    await delivered(fixture.services)
    await linked(fixture)
    const { token } = mailTo(fixture.services, eve.email, 'first_factor_added')
    expect(await fixture.api('POST /auth/second-factor/undo', { body: { token } })).toMatchObject({
      status: 204,
    })
    expect(await stored(fixture)).toEqual([own])
    expect(account(fixture)).toMatchObject({ identities: 1, factors: { totp: false, passkeys: 0 } })
  })
})
