import { limits } from '../../lib/domain/limits.ts'
import type { SocialResult } from '../../lib/domain/social-ports.ts'
import { enrolTotp } from '../../tools/testing/enrolments.ts'
import { gateway, type TestAnswer } from '../../tools/testing/gateway.ts'
import { codeFor, googleOf, linkWith, logInWith, mailedCode } from '../../tools/testing/social-logins.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { limited, testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, eve, logIn, signedUp } from '../../tools/testing/test-users.ts'

/** Eve has nothing but a linked Google account. */
async function withEve(change: Parameters<typeof testServices>[0] = {}) {
  const services = testServices(change)
  const api = gateway(services)
  const google = googleOf(eve)
  const login = await logInWith(api, services, google)
  const headers = bearer(login)
  const ask = (as = headers) => api('POST /auth/reauthenticate/email', { headers: as })
  const mailed = async () => {
    const mail = (await delivered(services)).find(({ template }) => template.kind === 'reauthentication_code')
    return mail?.template.kind === 'reauthentication_code' ? mail.template.code : undefined
  }
  const prove = (proof: object, as = headers, through = api) =>
    through('POST /auth/reauthenticate', { headers: as, body: { ...proof, transport: 'body' } })
  return { services, api, google, login, headers, ask, mailed, prove }
}
const refused = (status: number, code: string) => ({ status, body: { code } })
const claimsOf = ({ body }: TestAnswer) =>
  JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString())
const others = (code = '') => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
const exported = { status: 401, body: { code: 'reauthentication_required' } }

describe('an account with no password, passkey or factor', () => {
  it('re-authenticates by digits that are mailed to its confirmed address', async () => {
    const { services, api, headers, ask, mailed, prove } = await withEve()
    expect(await api('GET /users/me/export', { headers })).toMatchObject(exported)
    expect(await ask()).toMatchObject({ status: 202, body: undefined })
    const code = await mailed()
    const fresh = await prove({ code })
    const now = services.clock.now()
    expect(claimsOf(fresh)).toMatchObject({ amr: ['email'], acr: 'aal1', auth_time: now })
    expect((await api('GET /users/me/export', { headers: bearer(fresh) })).status).toBe(200)
    expect(await prove({ code }, bearer(fresh))).toMatchObject(refused(400, 'invalid_code'))
    expect((await api('GET /users/me', { headers })).status).toBe(401)
  })

  it('proves nothing with digits of another session, wrong ones, or late ones', async () => {
    const { services, api, google, ask, mailed, prove } = await withEve()
    const other = bearer(await logInWith(api, services, google))
    await ask()
    const code = await mailed()
    const invalid = refused(400, 'invalid_code')
    expect(await prove({ code }, other)).toMatchObject(invalid)
    expect(await prove({ code: others(code) })).toMatchObject(invalid)
    services.clock.advance(600)
    expect(await prove({ code })).toMatchObject(invalid)
  })

  it('has five attempts at a code, and ten an hour', async () => {
    const { services, headers, ask, mailed } = await withEve()
    const { codeTries, codePerEmail } = limits
    const strict = gateway(limited(services, { codeTries, codePerEmail }))
    const codes = []
    for (let sent = 0; sent < 2; sent++) {
      await ask()
      const code = await mailed()
      for (const digits of [...Array<string>(5).fill(others(code)), code]) {
        const body = { code: digits }
        codes.push((await strict('POST /auth/reauthenticate', { headers, body })).body.code)
      }
    }
    expect(codes).toEqual([
      ...Array<string>(10).fill('invalid_code'),
      ...Array<string>(2).fill('too_many_attempts'),
    ])
  })

  it('keeps its attempts when a stranger uses up those of its email', async () => {
    const { services, api, ask, mailed, prove } = await withEve()
    await ask()
    const code = await mailed()
    const strict = gateway(limited(services, { codePerEmail: { most: 1, seconds: 3600 } }))
    const stranger = googleOf(ada, { email: undefined })
    const { linkSession } = (await logInWith(api, services, stranger)).body
    const digits = await mailedCode(api, services, linkSession, eve.email)
    expect(await linkWith(strict, linkSession, { code: others(digits) })).toMatchObject(
      refused(400, 'invalid_code'),
    )
    expect((await linkWith(strict, linkSession, { code: digits })).status).toBe(429)
    expect(await prove({ code }, undefined, strict)).toMatchObject({ status: 200 })
  })

  it('gets no mail at an address that nobody has confirmed, and none where mail is not configured', async () => {
    const { services, api, login, headers, ask } = await withEve()
    const { accounts } = services.tables
    const account = accounts.get(login.body.user.id)
    if (!account) throw new Error('Eve has no account')
    const off = gateway({ ...services, policy: { ...services.policy, sendsMail: false } })
    expect(await off('POST /auth/reauthenticate/email', { headers })).toMatchObject(
      refused(404, 'not_enabled'),
    )
    accounts.set(account.id, { ...account, emailVerified: false })
    expect(await ask()).toMatchObject(refused(403, 'email_not_verified'))
    expect((await api('GET /users/me', { headers })).status).toBe(200)
  })
})

describe('an account that can prove more', () => {
  it.each(['password', 'factor'] as const)(
    'does not re-authenticate by mail or provider: %s',
    async (more) => {
      const { services, api, prove } = await withEve()
      await signedUp(api)
      const found = await services.users.findByEmail(ada.email)
      if (found)
        await services.users.change(found, { emailVerified: true, endsSessions: false, deniedUntil: 0 })
      let login = await logIn(api)
      if (more === 'factor') login = (await enrolTotp(api, services, login)).login
      const headers = bearer(login)
      const owner = {
        userId: login.body.user.id,
        sessionVersion: (await services.users.findByEmail(ada.email))?.sessionVersion ?? 0,
      }
      const social = await codeFor(services, googleOf(ada), { purpose: 'reauthentication', owner })
      const asked = await api('POST /auth/reauthenticate/email', { headers })
      for (const answer of [
        asked,
        await prove({ code: '000000' }, headers),
        await prove({ social }, headers),
      ])
        expect(answer).toMatchObject(refused(400, 'invalid_request'))
      expect(services.mailbox.map(({ template }) => template.kind)).not.toContain('reauthentication_code')
    },
  )
})

describe('re-authentication by the provider', () => {
  const resultOf = async (
    { services, login }: Awaited<ReturnType<typeof withEve>>,
    identity: SocialResult['identity'],
    change: Partial<SocialResult> = {},
  ) => {
    const account = await services.users.findById(login.body.user.id)
    const owner = { userId: login.body.user.id, sessionVersion: account?.sessionVersion ?? 0 }
    return codeFor(services, identity, { purpose: 'reauthentication', owner, ...change })
  }

  it('takes a login of this moment, by the time that the ID token states', async () => {
    const fixture = await withEve()
    const now = fixture.services.clock.now()
    const social = await resultOf(fixture, { ...fixture.google, authTime: now - 5 })
    const fresh = await fixture.prove({ social })
    expect(claimsOf(fresh)).toMatchObject({ amr: ['social'], acr: 'aal1', auth_time: now - 5 })
    const headers = bearer(fresh)
    expect((await fixture.api('GET /users/me/export', { headers })).status).toBe(200)
  })

  it('takes no old login, no unknown time, no other identity, no other user’s ticket, no other purpose', async () => {
    const fixture = await withEve()
    const { services, google, login } = fixture
    const authTime = services.clock.now()
    const owner = { userId: login.body.user.id, sessionVersion: 99 }
    const results = [
      resultOf(fixture, { ...google, authTime: authTime - 601 }),
      resultOf(fixture, google),
      resultOf(fixture, { ...google, authTime, subject: 'another' }),
      resultOf(fixture, { ...google, authTime }, { owner }),
      resultOf(fixture, { ...google, authTime }, { owner: undefined }),
      resultOf(fixture, { ...google, authTime }, { purpose: 'link' }),
      resultOf(fixture, { ...google, authTime }, { purpose: 'login' }),
    ]
    for (const social of await Promise.all(results))
      expect(await fixture.prove({ social })).toMatchObject(refused(400, 'invalid_code'))
  })
})
