import type { EmailJob } from '../../lib/domain/email-jobs.ts'
import { locales } from '../../lib/domain/locales.ts'
import { dynamoEmailJobs } from '../../lib/storage/email-jobs.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, mailTo } from '../../tools/testing/test-users.ts'

async function signedUp(change: object = {}, headers: Record<string, string> = {}) {
  const services = testServices()
  const api = gateway(services)
  const answer = await api('POST /auth/signup', { body: { ...ada, transport: 'body', ...change }, headers })
  return { services, api, answer, own: { headers: bearer(answer) } }
}

describe('the language of a user', () => {
  it.each([
    [{}, {}, 'en'],
    [{}, { 'accept-language': 'ja-JP, en;q=0.5' }, 'ja'],
    [{ locale: 'de' }, { 'accept-language': 'ja-JP' }, 'de'],
    [{}, { 'accept-language': 'xx, *;q=0' }, 'en'],
  ])('signed up with %j and %j is %s', async (change, headers, locale) => {
    const { services, answer, own, api } = await signedUp(change, headers)
    expect(answer).toMatchObject({ status: 201, body: { user: { locale } } })
    expect(await api('GET /users/me', own)).toMatchObject({ status: 200, body: { locale } })
    expect(await api('GET /users/me/export', own)).toMatchObject({ status: 200, body: { user: { locale } } })
    expect(await delivered(services)).toMatchObject([{ to: ada.email, locale }])
  })

  it.each(['it', 'DE', 'de-AT', '', 7, null])('cannot be %j', async (locale) => {
    const errors = [{ path: 'locale', message: expect.stringMatching(/^must be one of en, de, /) }]
    expect((await signedUp({ locale })).answer).toMatchObject({ status: 400, body: { errors } })
    const { api, own } = await signedUp()
    expect(await api('PATCH /users/me', { ...own, body: { locale } })).toMatchObject({
      status: 400,
      body: { errors },
    })
  })

  it('is changed alone or with the name, and keeps the access token valid', async () => {
    const { api, own, answer } = await signedUp()
    const { user } = answer.body
    for (const body of [{ locale: 'fr' }, { locale: 'es', name: 'Ada King' }, { name: 'Ada' }] as const) {
      Object.assign(user, body)
      expect(await api('PATCH /users/me', { ...own, body })).toMatchObject({ status: 200, body: user })
      expect(await api('GET /users/me', own)).toMatchObject({ status: 200, body: user })
    }
  })
})

describe('a mail', () => {
  it('after a sign-up with a known email is in the language of the account, not of the request', async () => {
    const services = testServices({ policy: { requireVerifiedEmail: true } })
    const api = gateway(services)
    const known = await api('POST /auth/signup', { body: { ...ada, locale: 'fr' } })
    expect(await delivered(services)).toMatchObject([{ locale: 'fr' }])
    const again = await api('POST /auth/signup', { body: { ...ada, locale: 'ja' } })
    expect(again).toEqual(known)
    expect(await delivered(services)).toMatchObject([{ template: { kind: 'verify_email' }, locale: 'fr' }])
    await api('POST /auth/email/verify', {
      body: { token: mailTo(services, ada.email, 'verify_email').token },
    })
    expect(await api('POST /auth/signup', { body: { ...ada, locale: 'ja' } })).toEqual(known)
    expect(await delivered(services)).toMatchObject([
      { template: { kind: 'already_registered' }, locale: 'fr' },
    ])
  })

  it('to an address that the account has lost is in the language of the account', async () => {
    const { services, api } = await signedUp({ locale: 'pt' })
    await delivered(services)
    await api('POST /auth/email/verify', {
      body: { token: mailTo(services, ada.email, 'verify_email').token },
    })
    const login = async (email: string) => ({
      headers: bearer(await api('POST /auth/login', { body: { email, password: ada.password } })),
    })
    const newEmail = 'king@example.com'
    await api('PUT /users/me/email', {
      ...(await login(ada.email)),
      body: { newEmail },
    })
    await delivered(services)
    await api('POST /auth/email/verify', {
      body: { token: mailTo(services, newEmail, 'verify_new_email').token },
    })
    await api('DELETE /users/me', await login(newEmail))
    await delivered(services)
    expect(services.mailbox.map(({ to, template, locale }) => `${to} ${template.kind} ${locale}`)).toEqual([
      'ada@example.com verify_email pt',
      'ada@example.com email_change_requested pt',
      'king@example.com verify_new_email pt',
      'ada@example.com email_changed pt',
      'king@example.com account_deleted pt',
      'ada@example.com account_deleted pt',
    ])
  })

  it.each([
    [undefined, 'an earlier version'],
    ['xx', 'a later version, before a rollback'],
  ])('of a job with the language %s, from %s, is in the first one', async (locale, _) => {
    const services = testServices()
    const job: EmailJob = {
      type: 'account_deleted',
      userId: 'u',
      at: 1,
      email: ada.email,
      locale,
      by: 'owner',
    }
    services.waitingJobs.push(job)
    expect(await delivered(services)).toMatchObject([{ locale: locales[0] }])
  })
})

it('the stored email job keeps its language, although only a later version may know it', () => {
  const { read } = dynamoEmailJobs({} as never, { sessionsTable: 's' })
  const recordOf = (locale: string) => ({
    dynamodb: {
      NewImage: {
        pk: { S: 'MAIL#1' },
        expiresAt: { N: '1' },
        job: {
          M: {
            type: { S: 'account_deleted' },
            userId: { S: 'u' },
            at: { N: '1' },
            email: { S: 'e' },
            by: { S: 'owner' },
            locale: { S: locale },
          },
        },
      },
    },
  })
  for (const locale of ['ja', 'xx'])
    expect(read(recordOf(locale)).job).toMatchObject({ type: 'account_deleted', locale })
})
