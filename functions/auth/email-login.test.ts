import { limits } from '../../lib/domain/limits.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { unavailable } from '../../tools/testing/outages.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { limited, testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, eve, logIn, mailTo, signedUp } from '../../tools/testing/test-users.ts'

const withAda = async ({ verified = true, change = {} as Parameters<typeof testServices>[0] } = {}) => {
  const services = testServices(change)
  const api = gateway(services)
  await signedUp(api)
  await delivered(services)
  if (verified) {
    await api('POST /auth/email/verify', {
      body: { token: mailTo(services, ada.email, 'verify_email').token },
    })
  }
  const ask = async (email = ada.email) => {
    const { status, body } = await api('POST /auth/email-login', { body: { email } })
    await delivered(services)
    return { status, body, challenge: body.challenge as string }
  }
  const mail = () => mailTo(services, ada.email, 'email_login')
  const redeem = (token: string, more: object = {}) =>
    api('POST /auth/email-login/redeem', { body: { token, ...more } })
  const enter = (challenge: string, code: string, email = ada.email) =>
    api('POST /auth/email-login/code', { body: { email, challenge, code, transport: 'body' } })
  return { services, api, ask, mail, redeem, enter }
}
const isRefused = (code: string) => ({ status: 400, body: { code } })
/** Six digits that differ from these. */
const others = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('a login by email', () => {
  it('opens a session with the link, once', async () => {
    const { api, ask, mail, redeem } = await withAda()
    await ask()
    const { token } = mail()
    const login = await redeem(token)
    expect(login).toMatchObject({ status: 200, body: { user: { email: ada.email } } })
    expect(login.cookies[0]).toMatch(/^__Host-cardea_refresh=/)
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({ status: 200 })
    const { amr } = JSON.parse(Buffer.from(login.body.accessToken.split('.')[1], 'base64url').toString())
    expect(amr).toEqual(['email'])
    expect(await redeem(token)).toMatchObject(isRefused('invalid_link'))
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('opens a session with code and challenge, once; the link is spent with them', async () => {
    const { ask, mail, enter, redeem } = await withAda()
    const { challenge } = await ask()
    const { code, token } = mail()
    expect(code).toMatch(/^\d{6}$/)
    expect(await enter(challenge, code)).toMatchObject({
      status: 200,
      body: { refreshToken: expect.any(String) },
    })
    expect(await enter(challenge, code)).toMatchObject(isRefused('invalid_code'))
    expect(await redeem(token)).toMatchObject(isRefused('invalid_link'))
  })

  it('spends neither link nor code while there is no signing key', async () => {
    const { services, ask, mail, redeem } = await withAda()
    const { challenge } = await ask()
    const { token, code } = mail()
    const noKey = gateway({ ...services, accessTokenIssuer: { ready: unavailable, issue: unavailable } })
    const { result } = await capturedLog(async () => [
      await noKey('POST /auth/email-login/redeem', { body: { token } }),
      await noKey('POST /auth/email-login/code', { body: { email: ada.email, challenge, code } }),
    ])
    expect(result.map(({ status }) => status)).toEqual([503, 503])
    expect(await redeem(token)).toMatchObject({ status: 200 })
  })

  it('opens one session for fifty requests at once, by link and by code', async () => {
    const { services, ask, mail, enter, redeem } = await withAda()
    const { challenge } = await ask()
    const { code, token } = mail()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 12 === 0 ? enter(challenge, code) : redeem(token))),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(services.tables.sessions.size).toBe(1)
  })

  it('ends after 10 minutes, when another is requested, and when all sessions end', async () => {
    const fixture = await withAda()
    const first = await fixture.ask()
    const old = fixture.mail()
    const second = await fixture.ask()
    expect(await fixture.redeem(old.token)).toMatchObject(isRefused('invalid_link'))
    expect(await fixture.enter(first.challenge, old.code)).toMatchObject(isRefused('invalid_code'))
    fixture.services.clock.advance(600)
    expect(await fixture.redeem(fixture.mail().token)).toMatchObject(isRefused('invalid_link'))
    expect(await fixture.enter(second.challenge, fixture.mail().code)).toMatchObject(
      isRefused('invalid_code'),
    )
    const third = await fixture.ask()
    const headers = bearer(await logIn(fixture.api))
    await fixture.api('DELETE /users/me/sessions', { headers, query: { all: 'true' } })
    expect(await fixture.enter(third.challenge, fixture.mail().code)).toMatchObject(isRefused('invalid_code'))
    expect(await fixture.redeem(fixture.mail().token)).toMatchObject(isRefused('invalid_link'))
  })

  it('is answered alike whether the email is known or not', async () => {
    const { ask, mail, enter } = await withAda()
    const known = await ask()
    const unknown = await ask('unknown@example.com')
    expect([unknown.status, Object.keys(unknown.body)]).toEqual([202, ['challenge']])
    expect(unknown.challenge).toHaveLength(known.challenge.length)
    const code = others(mail().code)
    const { requestId: _, ...wrong } = (await enter(known.challenge, code)).body
    const { requestId: __, ...foreign } = (await enter(unknown.challenge, code, 'unknown@example.com')).body
    expect(foreign).toEqual(wrong)
  })

  it('is 404 not_enabled at each of its routes while it is switched off', async () => {
    const { services, ask, mail } = await withAda()
    const { challenge } = await ask()
    const off = gateway({ ...services, policy: { ...services.policy, emailLogin: false } })
    const { token, code } = mail()
    for (const [route, body] of [
      ['POST /auth/email-login', { email: ada.email }],
      ['POST /auth/email-login/redeem', { token }],
      ['POST /auth/email-login/code', { email: ada.email, challenge, code }],
    ] as const) {
      expect(await off(route, { body })).toMatchObject({ status: 404, body: { code: 'not_enabled' } })
    }
  })

  it('that is the first proof of the email voids the password and the sessions from before', async () => {
    const fixture = await withAda({ verified: false })
    const stranger = await logIn(fixture.api)
    await fixture.ask()
    const owner = await fixture.redeem(fixture.mail().token)
    expect(owner).toMatchObject({ status: 200, body: { user: { emailVerified: true } } })
    expect(await fixture.api('GET /users/me', { headers: bearer(owner) })).toMatchObject({ status: 200 })
    expect(await fixture.api('GET /users/me', { headers: bearer(stranger) })).toMatchObject({ status: 401 })
    expect(await logIn(fixture.api)).toMatchObject({ status: 401 })
    const { refreshToken } = stranger.body
    expect(await fixture.api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
  })
})

describe('the code in a login email', () => {
  it('is refused with another challenge, and for another account', async () => {
    const { api, services, ask, mail, enter } = await withAda()
    await signedUp(api, eve)
    await delivered(services)
    const { challenge } = await ask()
    const { code } = mail()
    const foreign = (await ask('unknown@example.com')).challenge
    expect(await enter(foreign, code)).toMatchObject(isRefused('invalid_code'))
    expect(await enter(challenge, code, eve.email)).toMatchObject(isRefused('invalid_code'))
    expect(await enter(challenge, code)).toMatchObject({ status: 200 })
  })

  it('is void after 5 attempts, even the right code, whether they come at once or one by one', async () => {
    for (const atOnce of [true, false]) {
      const { services, ask, mail } = await withAda()
      const strict = limited(services, { codeTries: limits.codeTries })
      const api = gateway(strict)
      const { challenge } = await ask()
      const { code } = mail()
      const wrong = () =>
        api('POST /auth/email-login/code', { body: { email: ada.email, challenge, code: others(code) } })
      if (atOnce) await Promise.all(Array.from({ length: 100 }, wrong))
      else for (let time = 0; time < 5; time++) await wrong()
      const right = await api('POST /auth/email-login/code', { body: { email: ada.email, challenge, code } })
      expect(right).toMatchObject(isRefused('invalid_code'))
    }
  })

  it('is not voided by attempts without a challenge, or with the challenge of another request', async () => {
    const { services, api, ask, mail } = await withAda({ change: { limits } })
    const body = { email: ada.email, code: '000000' }
    const { challenge: strangers } = await ask()
    const { challenge } = await ask()
    const { code } = mail()
    for (let time = 0; time < 20; time++) {
      for (const challenge of ['none', 'a'.repeat(64)]) {
        const answer = await api('POST /auth/email-login/code', { body: { ...body, challenge } })
        expect(answer).toMatchObject(isRefused('invalid_code'))
      }
    }
    for (let time = 0; time < 6; time++) {
      await api('POST /auth/email-login/code', { body: { ...body, challenge: strangers } })
    }
    const right = await api('POST /auth/email-login/code', { body: { ...body, challenge, code } })
    expect([right.status, services.tables.sessions.size]).toEqual([200, 1])
  })

  it('can be tried 10 times an hour for an account, however many codes are requested', async () => {
    const { services, api } = await withAda({
      change: { limits: { ...limits, emailLoginPerEmail: { most: 99, seconds: 900 } } },
    })
    const statuses: number[] = []
    for (let code = 0; code < 3; code++) {
      const { challenge } = (await api('POST /auth/email-login', { body: { email: ada.email } })).body
      await delivered(services)
      const { code: right } = mailTo(services, ada.email, 'email_login')
      for (let tried = 0; tried < 5; tried++) {
        const body = { email: ada.email, challenge, code: others(right) }
        statuses.push((await api('POST /auth/email-login/code', { body })).status)
      }
    }
    expect(statuses).toEqual([
      ...Array.from({ length: 10 }, () => 400),
      ...Array.from({ length: 5 }, () => 429),
    ])
  })
})
