import { newSecret } from '../../lib/crypto/key-material.ts'
import { bcryptPasswords } from '../../lib/crypto/passwords.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { keptBelow, keysWith, testKeys } from '../../tools/testing/keys.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { type TestServices, testServices } from '../../tools/testing/test-services.ts'
import { ada, logIn } from '../../tools/testing/test-users.ts'

/** Services that require a verified email, on a real engine, with the real function that mails. */
async function strict(change: Parameters<typeof testServices>[0] = {}) {
  const stores = await engineStores()
  const services = testServices({ ...change, stores, policy: { requireVerifiedEmail: true } })
  const signUp = (password = ada.password, over: TestServices = services) =>
    gateway(over)('POST /auth/signup', { body: { ...ada, password } })
  const api = gateway(services)
  const verify = (token: string) => api('POST /auth/email/verify', { body: { token } })
  return { services, api, signUp, verify }
}
const another = 'what somebody else has chosen'
const kinds = (sent: TestServices['mailbox']) => sent.map(({ template }) => template.kind)
const tokensOf = (sent: TestServices['mailbox']) =>
  sent.map(({ template }) => (template as { token: string }).token)

describe('a sign-up that is sent twice with one password', () => {
  it('is one sign-up: both links verify it, and the password logs in', async () => {
    const { services, api, signUp, verify } = await strict()
    expect([(await signUp()).status, (await signUp()).status]).toEqual([202, 202])
    const sent = await delivered(services)
    expect(kinds(sent)).toEqual(['verify_email', 'verify_email'])
    for (const token of tokensOf(sent)) expect(await verify(token)).toMatchObject({ status: 204 })
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('keeps every link valid in whatever sequence the jobs are processed', async () => {
    for (const sequence of ['as sent', 'the other way round', 'at once'] as const) {
      const { services, api, signUp, verify } = await strict()
      for (let time = 0; time < 3; time++) await signUp()
      if (sequence === 'the other way round') services.waitingJobs.reverse()
      const jobs = services.waitingJobs.splice(0)
      const each = (job: (typeof jobs)[number]) => delivered({ ...services, waitingJobs: [job] })
      if (sequence === 'at once') await Promise.all(jobs.map(each))
      else for (const job of jobs) await each(job)
      const tokens = tokensOf(services.mailbox)
      expect([sequence, kinds(services.mailbox)]).toEqual([sequence, Array(3).fill('verify_email')])
      for (const token of tokens) expect([sequence, (await verify(token)).status]).toEqual([sequence, 204])
      expect(await logIn(api)).toMatchObject({ status: 200 })
    }
  })

  it('is one sign-up if fifty arrive at once, and each of its 3 links is valid', async () => {
    const { services, api, signUp, verify } = await strict({
      limits: { signupMails: { most: 3, seconds: 900 } },
    })
    const answers = await Promise.all(Array.from({ length: 50 }, () => signUp()))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const sent = await delivered(services)
    expect(kinds(sent)).toEqual(Array(3).fill('verify_email'))
    const [first = '', ...others] = tokensOf(sent)
    expect(await verify(first)).toMatchObject({ status: 204 })
    for (const token of others) expect(await verify(token)).toMatchObject({ status: 204 })
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('mails a valid link an hour later, and the first link stays valid', async () => {
    const { services, signUp, verify } = await strict()
    await signUp()
    const late = await delivered(services)
    expect(kinds(late)).toEqual(['verify_email'])
    services.clock.advance(3600)
    await signUp()
    const [again = ''] = tokensOf(await delivered(services))
    services.clock.advance(86_400 - 3600 - 1)
    expect(await verify(again)).toMatchObject({ status: 204 })
    for (const token of tokensOf(late)) expect(await verify(token)).toMatchObject({ status: 204 })
  })

  it('ends each link a day after its own mail', async () => {
    const { services, signUp, verify } = await strict()
    await signUp()
    const [first = ''] = tokensOf(await delivered(services))
    services.clock.advance(3600)
    await signUp()
    const [second = ''] = tokensOf(await delivered(services))
    services.clock.advance(86_400 - 3600)
    expect(await verify(first)).toMatchObject({ status: 400, body: { code: 'invalid_link' } })
    expect(await verify(second)).toMatchObject({ status: 204 })
  })

  it('is mailed by the retry when the first attempt failed before the job was written', async () => {
    const { services, api, signUp, verify } = await strict()
    const outbox = { put: () => Promise.reject(Object.assign(new Error('lost'), { code: 'ECONNRESET' })) }
    expect((await signUp(ada.password, { ...services, outbox })).status).toBeGreaterThanOrEqual(500)
    await signUp()
    const [token = ''] = tokensOf(await delivered(services))
    expect(await verify(token)).toMatchObject({ status: 204 })
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('and once with another password in between counts as two: neither password is set', async () => {
    const { services, api, signUp, verify } = await strict()
    await signUp()
    await signUp(another)
    await signUp()
    const sent = await delivered(services)
    expect(kinds(sent)).toEqual(['verify_email', 'finish_sign_up', 'finish_sign_up'])
    const [token = ''] = tokensOf(sent)
    expect(await verify(token)).toMatchObject({ status: 400 })
    for (const password of [ada.password, another])
      expect(await logIn(api, 'body', { ...ada, password })).toMatchObject({ status: 401 })
  })
})

describe('a sign-up with another password', () => {
  it('voids the first password, whichever job is processed first', async () => {
    for (const reversed of [false, true]) {
      const { services, api, signUp } = await strict()
      await signUp()
      await signUp(another)
      if (reversed) services.waitingJobs.reverse()
      await delivered(services)
      for (const password of [ada.password, another])
        expect(await logIn(api, 'body', { ...ada, password })).toMatchObject({ status: 401 })
    }
  })

  it('voids it also when the mailbox has had its mails: otherwise a stranger’s three sign-ups would keep their password', async () => {
    const { services, api, signUp, verify } = await strict({
      limits: { signupMails: { most: 3, seconds: 900 } },
    })
    for (let time = 0; time < 3; time++) await signUp(another)
    const sent = await delivered(services)
    expect(kinds(sent)).toEqual(Array(3).fill('verify_email'))
    await signUp()
    expect(await delivered(services)).toEqual([])
    for (const token of tokensOf(sent)) expect(await verify(token)).toMatchObject({ status: 400 })
    expect(await logIn(api, 'body', { ...ada, password: another })).toMatchObject({ status: 401 })
  })

  it('reveals nothing: status and body are those of a new and of a verified email', async () => {
    const { services, api, signUp, verify } = await strict()
    const fresh = await signUp()
    const [token = ''] = tokensOf(await delivered(services))
    expect(await signUp(another)).toEqual(fresh)
    expect(await signUp()).toEqual(fresh)
    services.waitingJobs.splice(0)
    await verify(token)
    expect(await signUp()).toEqual(fresh)
    expect(kinds(await delivered(services))).toEqual(['already_registered'])
    expect(await logIn(api)).toMatchObject({ status: 200 })
  })

  it('is assumed if the pepper was rotated or the cost changed between the two', async () => {
    const pepper = [...(await keptBelow('pepper')), newSecret(1_800_000_000).secret]
    const rotated = bcryptPasswords({ cost: 4, keys: await keysWith({ pepper }) })
    const dearer = bcryptPasswords({ cost: 5, keys: testKeys })
    for (const passwords of [rotated, dearer]) {
      const { services, api, signUp } = await strict()
      await signUp()
      await signUp(ada.password, { ...services, passwords })
      expect(kinds(await delivered(services))).toEqual(['verify_email', 'finish_sign_up'])
      expect(await logIn(api)).toMatchObject({ status: 401 })
    }
  })
})
