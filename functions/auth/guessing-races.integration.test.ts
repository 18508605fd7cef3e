import { limits } from '../../lib/domain/limits.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { type Gateway, gateway, type TestAnswer } from '../../tools/testing/gateway.ts'
import { type TestServices, testServices } from '../../tools/testing/test-services.ts'
import { ada, logIn, signedUp } from '../../tools/testing/test-users.ts'

const INSTANCES = 5
const GUESSES = 1000
const ADDRESSES = 200
const FIFTEEN_MINUTES = 900

/** Several instances of the functions, which share nothing but the store. Each compare of a password is counted. */
async function instances(): Promise<{ apis: Gateway[]; services: TestServices[]; compares: () => number }> {
  const stores = await engineStores()
  let compares = 0
  const all = Array.from({ length: INSTANCES }, () => {
    const services = testServices({ stores, limits })
    const compare: TestServices['passwords']['compare'] = (...given) => {
      compares++
      return services.passwords.compare(...given)
    }
    return { ...services, passwords: { ...services.passwords, compare } }
  })
  const apis = all.map((each) => gateway(each))
  await signedUp(apis[0] as Gateway)
  return { apis, services: all, compares: () => compares }
}

const guess = (apis: Gateway[], index: number, email = ada.email): Promise<TestAnswer> => {
  const api = apis[index % apis.length] as Gateway
  const ip = `203.0.113.${index % ADDRESSES}`
  return api('POST /auth/login', { body: { email, password: `guess ${index}` }, ip })
}

describe('guessing a password', () => {
  it('a thousand times at once from 200 addresses costs at most 6 compares', async () => {
    const { apis, compares } = await instances()
    const answers = await Promise.all(Array.from({ length: GUESSES }, (_, index) => guess(apis, index)))
    expect(compares()).toBeGreaterThanOrEqual(5)
    expect(compares()).toBeLessThanOrEqual(6)
    const wrong = answers.filter(({ status }) => status === 401)
    expect(wrong.length).toBeLessThanOrEqual(compares())
    for (const { status, headers, body } of answers) {
      if (status === 401) continue
      expect([status, body.code]).toEqual([429, 'too_many_attempts'])
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
    }
  })

  it.each(['a known email', 'an unknown email'])(
    'of %s, waiting out every lock, costs at most 14 compares in 15 minutes',
    async (which) => {
      const { apis, services, compares } = await instances()
      const email = which === 'a known email' ? ada.email : 'unknown@example.com'
      const waits: number[] = []
      for (let now = 0, index = 0; now < FIFTEEN_MINUTES; index++) {
        const { status, headers } = await guess(apis, index, email)
        const wait = status === 429 ? Number(headers['retry-after']) : 0
        if (wait > 0) waits.push(wait)
        for (const { clock } of services) clock.advance(wait)
        now += wait
      }
      expect(compares()).toBeLessThanOrEqual(14)
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    },
  )

  it('locks out the right password too, ends no session, and locks no other account', async () => {
    const { apis } = await instances()
    const api = apis[0] as Gateway
    const login = await logIn(api)
    await Promise.all(Array.from({ length: 10 }, (_, index) => guess(apis, index)))
    expect(await logIn(api)).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } })
    const headers = { authorization: `Bearer ${login.body.accessToken}` }
    expect(await api('GET /users/me', { headers })).toMatchObject({ status: 200 })
    const { refreshToken } = login.body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 200 })
    const eve = { ...ada, email: 'eve@example.com' }
    await signedUp(api, eve)
    expect(await logIn(api, 'body', eve)).toMatchObject({ status: 200 })
  })
})
