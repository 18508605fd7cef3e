import { capturedLog } from '../../tools/testing/captured-log.ts'
import { engineStores } from '../../tools/testing/engine.ts'
import { gateway, type TestAnswer } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { logIn, signedUp } from '../../tools/testing/test-users.ts'

/** A fault of the store, given the name of each command. It may answer for the store, or throw. */
type Fault = (command: string, run: () => Promise<object>, input: object) => Promise<object>
const thrown = (name: string, more: object = {}) => {
  throw Object.assign(new Error(`${name}, said DynamoDB`), { name, ...more })
}

async function started() {
  const engine = await engineStores()
  const services = testServices({ stores: engine })
  const api = gateway(services)
  await signedUp(api)
  const login = await logIn(api)
  let fault: Fault | undefined
  engine.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) =>
        (fault
          ? fault(commandName.replace('Command', ''), () => next(args), args.input)
          : next(args)) as never,
    { step: 'initialize', name: 'fault' },
  )
  return {
    ...services,
    login,
    refresh: (from: TestAnswer) =>
      api('POST /auth/refresh', { body: { refreshToken: from.body.refreshToken } }),
    breaks: (how: Fault | undefined) => {
      fault = how
    },
  }
}
type Started = Awaited<ReturnType<typeof started>>

/** A client that follows the instructions: the same token again every 15 s. */
async function retries(fixture: Started, times: number): Promise<number[]> {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) {
    statuses.push((await fixture.refresh(fixture.login)).status)
    fixture.clock.advance(15)
  }
  return statuses
}

const onReads =
  (answer: () => object): Fault =>
  async (command, run) =>
    command === 'BatchGetItem' ? answer() : run()
const throttled = onReads(() =>
  thrown('ProvisionedThroughputExceededException', { $metadata: { httpStatusCode: 400 } }),
)

describe('an outage of the store is not taken for theft', () => {
  it.each<[string, Fault, number]>([
    ['reads are throttled', throttled, 503],
    [
      'a bad deployment may not read',
      onReads(() => thrown('AccessDeniedException', { $metadata: { httpStatusCode: 400 } })),
      500,
    ],
    [
      'reads are left unprocessed',
      async (command, run) => {
        if (command !== 'BatchGetItem') return run()
        return { output: { Responses: {}, UnprocessedKeys: { any: { Keys: [{ pk: { S: 'x' } }] } } } }
      },
      503,
    ],
    [
      'reads fail, and the answer to the rotation is lost',
      async (command, run, input) => {
        if (command === 'BatchGetItem') thrown('TimeoutError')
        const answer = await run()
        return JSON.stringify(input).includes('generation + ') ? thrown('TimeoutError') : answer
      },
      503,
    ],
  ])(
    'where %s for 90 s: every retry gets a 5xx, and the first after the outage gets tokens',
    async (_, how, status) => {
      const fixture = await started()
      fixture.breaks(how)
      const { entries, result: next } = await capturedLog(async () => {
        expect(await retries(fixture, 6)).toEqual(Array.from({ length: 6 }, () => status))
        fixture.breaks(undefined)
        return fixture.refresh(fixture.login)
      })
      expect(next).toMatchObject({ status: 200 })
      expect(fixture.waitingJobs.map(({ type }) => type)).toEqual(['signed_up'])
      expect(entries.map(({ type }) => type)).not.toContain('session.reuse_detected')
      expect(entries.map(({ type }) => type)).not.toContain('session.revoked')

      // The next rotation ends the exception. After its grace period the oldest token is theft again.
      const newest = await fixture.refresh(next)
      expect(newest).toMatchObject({ status: 200 })
      fixture.clock.advance(61)
      expect(await fixture.refresh(fixture.login)).toMatchObject({
        status: 401,
        body: { code: 'refresh_token_reused' },
      })
      expect(await fixture.refresh(newest)).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    },
  )

  it('where reads hang: the predecessor stays valid and the caller gets 503 within the 9 s of a function', async () => {
    const fixture = await started()
    fixture.breaks((command, run) => (command === 'BatchGetItem' ? new Promise(() => {}) : run()))
    const begun = performance.now()
    const api = gateway(fixture, { milliseconds: 9000 })
    const { refreshToken } = fixture.login.body
    expect(await api('POST /auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 503 })
    expect(performance.now() - begun).toBeLessThan(8900)
    const [session] = await fixture.sessions.list(fixture.login.body.user.id, fixture.clock.now())
    expect(session).toMatchObject({ generation: 2, rotatedAt: session?.expiresAt })
  })
})
