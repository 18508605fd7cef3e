import { currentSignal } from '../lib/domain/invocation-signal.ts'
import { rateLimiter } from '../lib/domain/rate-limiter.ts'
import { type Entry, isRoute, isStream, registry } from '../tools/generate/registry.ts'
import { capturedLog } from '../tools/testing/captured-log.ts'
import { context } from '../tools/testing/events.ts'
import {
  asEve,
  type Fixture,
  makeFixture,
  toEve,
  validRequest,
  validRequests,
} from '../tools/testing/fixtures.ts'
import { contractOf, gateway } from '../tools/testing/gateway.ts'
import { memoryStores } from '../tools/testing/memory-stores.ts'
import { eachStore } from '../tools/testing/outages.ts'
import { delivered } from '../tools/testing/test-mail.ts'
import type { TestServices } from '../tools/testing/test-services.ts'
import { handler as rotate } from './keys/rotate.ts'

/** Milliseconds. Enough for what a handler does in memory before the late call and after it. */
const PATIENCE = 60

/** The services of a fixture. Each call is recorded with its signal; the answer to call number `late` waits for `release`. */
function watched({ services }: Fixture, late?: number) {
  const calls: { readonly call: string; readonly signal: AbortSignal; readonly wasOver: boolean }[] = []
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const watch = <T extends object>(store: T): T =>
    Object.fromEntries(
      Object.entries(store).map(([call, run]) => [
        call,
        async (...given: unknown[]) => {
          // The authorizer in front has an invocation of its own.
          const index = call === 'denies' ? -1 : calls.filter((each) => each.call !== 'denies').length
          calls.push({ call, signal: currentSignal(), wasOver: currentSignal().aborted })
          const result = await run(...given)
          if (index === late) await released
          return result
        },
      ]),
    ) as T
  const { users, sessions, codes, counters, denylist, ...factors } = memoryStores(services.tables)
  const { authSessions, sessionOpenings, totps, passkeys, factorUndos, identities, social } = factors
  const watched: TestServices = {
    ...services,
    users: watch(users),
    sessions: watch(sessions),
    codes: watch(codes),
    authSessions: watch(authSessions),
    sessionOpenings: watch(sessionOpenings),
    totps: watch(totps),
    passkeys: watch(passkeys),
    factorUndos: watch(factorUndos),
    identities: watch(identities),
    social: watch(social),
    userData: eachStore(services.userData, watch),
    denylist: watch(denylist),
    outbox: watch(services.outbox),
    mailer: watch(services.mailer),
    emailJobs: { ...services.emailJobs, ...watch({ forget: services.emailJobs.forget }) },
    rotation: watch(services.rotation),
    rateLimiter: rateLimiter({ ...services, counters: watch(counters) }),
  }
  return { services: watched, calls, release }
}

/** Everything that is stored and mailed. */
const stored = ({ services: { tables, waitingJobs, mailbox } }: Fixture) =>
  JSON.stringify([Object.values(tables).map((table) => [...table]), waitingJobs, mailbox])

const routeOf = ({ contract }: Entry) => ('method' in contract ? `${contract.method} ${contract.path}` : '')

/** Calls a handler with a request or event that succeeds. */
async function run(entry: Entry, fixture: Fixture, watched: TestServices): Promise<void> {
  if (isRoute(entry)) {
    const route = routeOf(entry)
    const { status } = await gateway(watched)(route, await validRequest(route, fixture))
    expect([route, status < 400]).toEqual([route, true])
  } else if (isStream(entry)) {
    await fixture.api('POST /auth/password/forgot', toEve)
    expect(await delivered(watched)).toHaveLength(1)
  } else if ('authorizer' in entry.contract) await gateway(watched)('GET /users/me', asEve(fixture))
  else if ('schedule' in entry.contract) await rotate.over(watched)({}, context())
  else throw new Error(`This test does not know how to call ${entry.name}`)
}

const entries = async () => (await registry()).filter(({ contract }) => contract.needs?.length)
const usesTables = ({ contract }: Entry) => contract.needs?.some((need) => !need.startsWith('keys/')) ?? false

describe('after its answer', () => {
  /** The calls of each handler, by the handler's name. */
  const called = new Map<string, ReturnType<typeof watched>['calls']>()
  beforeAll(async () => {
    for (const entry of await entries()) {
      const fixture = await makeFixture()
      const { services, calls } = watched(fixture)
      await run(entry, fixture, services)
      called.set(entry.name, calls)
    }
  })

  it('aborts the signal of every call that a handler made, and of none before the answer', async () => {
    // The key set is read from keys that all invocations share.
    expect([...called].filter(([, calls]) => calls.length === 0).map(([name]) => name)).toEqual([
      'wellKnownJwks',
    ])
    for (const [name, calls] of called) {
      const wrong = calls.filter(({ wasOver, signal }) => wasOver || !signal.aborted)
      expect([name, wrong.map(({ call }) => call)]).toEqual([name, []])
    }
  })

  it.each(Object.keys(validRequests))(
    '%s writes and logs nothing, whichever of its calls was late',
    async (route) => {
      const entry = (await registry()).find((each) => routeOf(each) === route)
      const calls = called.get(entry?.name ?? '')?.filter(({ call }) => call !== 'denies') ?? []
      expect(calls.length > 0).toBe(entry !== undefined && usesTables(entry))
      for (const late of calls.keys()) {
        const fixture = await makeFixture()
        const request = await validRequest(route, fixture)
        const { services, release } = watched(fixture, late)
        const answer = await gateway(services, { milliseconds: PATIENCE })(route, request)
        const atAnswer = stored(fixture)
        const logged = await capturedLog(async () => {
          release()
          await new Promise((resolve) => setTimeout(resolve, PATIENCE))
        })
        const { redirectsFailures, responses } = await contractOf(route)
        const refused = redirectsFailures ? Object.keys(responses).map(Number) : [503]
        expect([late, answer.status]).toEqual([late, ...refused])
        if (redirectsFailures) expect(answer.headers.location).toMatch(/#cardea_error=unavailable$/)
        expect([late, stored(fixture) === atAnswer, logged.entries]).toEqual([late, true, []])
      }
    },
  )
})
