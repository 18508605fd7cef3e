import { capturedLog } from '../../tools/testing/captured-log.ts'
import { withServices } from './handler-services.ts'

describe('the services of a function', () => {
  it('are made once, on the first call of a process, which counts as a cold start', async () => {
    process.env.ISSUER = 'https://auth.example.com'
    const made: number[] = []
    const handler = withServices({ part: () => made.push(1) }, (services) => async () => services().part)
    const { entries, result } = await capturedLog(async () => [await handler(), await handler()])
    expect([result, made]).toEqual([[1, 1], [1]])
    expect(entries).toMatchObject([{ level: 'info', type: 'function.started', events: 1 }])
  })

  it('that could not be made are made again on the next call', async () => {
    let attempts = 0
    const failing = () => {
      attempts += 1
      if (attempts === 1) throw new Error('not yet')
      return attempts
    }
    const handler = withServices({ failing }, (services) => async () => services().failing)
    const first = await capturedLog(() => handler().catch((error: Error) => error.message))
    expect(first.result).toMatch(/could not start/)
    const { result, entries } = await capturedLog(handler)
    expect([result, entries.length]).toEqual([2, 1])
  })

  it('with wrong settings are logged once at the start, and not answered to any request', async () => {
    process.env.AWS_LAMBDA_FUNCTION_NAME = 'cardea-prod-x'
    const wrong = () => {
      throw new Error('Wrong settings: SIGNUP_PER_IP must be something else')
    }
    const { result, entries } = await capturedLog(async () => {
      const handler = withServices({ wrong }, (services) => async () => services().wrong)
      const answers = [1, 2, 3].map(() => handler().catch((error: Error) => error))
      return Promise.all(answers)
    })
    delete process.env.AWS_LAMBDA_FUNCTION_NAME
    expect(entries).toMatchObject([
      {
        level: 'error',
        type: 'function.not_started',
        error: { message: 'Wrong settings: SIGNUP_PER_IP must be something else' },
      },
    ])
    for (const each of result) expect(String(each)).not.toMatch(/SIGNUP|Wrong/)
  })
})
