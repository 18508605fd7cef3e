import { engineStores } from '../../tools/testing/engine.ts'
import { gateway, type TestAnswer } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, logIn, signedUp } from '../../tools/testing/test-users.ts'

const fifty = (ask: () => Promise<TestAnswer>) => Promise.all(Array.from({ length: 50 }, ask))
const statusesOf = (answers: readonly TestAnswer[]) => answers.map(({ status }) => status).sort()

async function started(policy = {}) {
  const services = testServices({ stores: await engineStores(), policy })
  return { services, api: gateway(services) }
}

describe('fifty requests at once', () => {
  it('to sign up with one email create one account, and 49 are 409', async () => {
    const { api } = await started()
    const answers = await fifty(() => api('POST /auth/signup', { body: ada }))
    expect(statusesOf(answers)).toEqual([201, ...Array.from({ length: 49 }, () => 409)])
  })

  it('to sign up where emails are verified are all 202, and create one account', async () => {
    const { services, api } = await started({ requireVerifiedEmail: true })
    const answers = await fifty(() => api('POST /auth/signup', { body: ada }))
    expect(new Set(statusesOf(answers))).toEqual(new Set([202]))
    const page = { limit: 10, order: 'asc' } as const
    expect((await services.users.list(page)).users).toHaveLength(1)
  })

  it('to refresh one token get the same next generation', async () => {
    const { api } = await started()
    await signedUp(api)
    const { refreshToken } = (await logIn(api)).body
    const answers = await fifty(() => api('POST /auth/refresh', { body: { refreshToken } }))
    expect(new Set(statusesOf(answers))).toEqual(new Set([200]))
    const generationOf = ({ body }: TestAnswer) =>
      JSON.parse(Buffer.from(body.refreshToken.split('.')[1], 'base64url').toString()).gen
    expect(new Set(answers.map(generationOf))).toEqual(new Set([2]))
  })
})
