import { makeFirstKeys, rotate } from '../../lib/crypto/key-rotation.ts'
import type { Rotating } from '../../lib/crypto/key-states.ts'
import type { Parameters } from '../../lib/crypto/keys.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context } from '../../tools/testing/events.ts'
import { memoryParameters, modulusLength } from '../../tools/testing/keys.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { contract, handler } from './rotate.ts'

const DAY = 86_400

/** The scheduled function over parameters that record each call, in IAM's words. */
async function scheduledOver() {
  const calls = new Set<string>()
  const kept = memoryParameters()
  const services = testServices()
  await makeFirstKeys(kept, { now: services.clock.now(), modulusLength })
  const parameters: Parameters = {
    ...kept,
    below(path) {
      calls.add(`keys/${path}:GetParametersByPath`)
      return kept.below(path)
    },
    create(path, ...rest) {
      calls.add(`keys/${path}:PutParameter`)
      return kept.create(path, ...rest)
    },
    remove(path, ...rest) {
      calls.add(`keys/${path}:DeleteParameter`)
      return kept.remove(path, ...rest)
    },
  }
  const rotation = {
    rotate: (name: Rotating, now: number) =>
      rotate(parameters, name, { now, everySeconds: 30 * DAY, modulusLength }),
  }
  const run = () => capturedLog(() => handler.over({ ...services, rotation })({}, context()))
  return { services, kept, calls, run }
}

describe('the function that rotates keys', () => {
  it('makes exactly the calls that its contract needs', async () => {
    const { services, calls, run } = await scheduledOver()
    for (let day = 0; day < 160; day += 5) {
      await run()
      services.clock.advance(5 * DAY)
    }
    expect([...calls].sort()).toEqual([...contract.needs].sort())
  })

  it('logs the names of the keys it made and removed, no key, and nothing on other days', async () => {
    const { services, kept, run } = await scheduledOver()
    expect((await run()).entries).toEqual([])
    services.clock.advance(30 * DAY)
    const { entries, text } = await run()
    expect(entries).toMatchObject([
      { type: 'keys.rotated', name: 'access', made: [expect.any(String)], retired: [] },
      { type: 'keys.rotated', name: 'refresh', made: [expect.any(String)], retired: [] },
    ])
    expect(kept.kept.size).toBeGreaterThan(4)
    for (const value of kept.kept.values()) expect(text).not.toContain(JSON.parse(value).key.slice(30, 60))
  })

  it('rotates every kind of key, though one failed', async () => {
    const services = testServices()
    const turns: string[] = []
    const rotation = {
      async rotate(name: Rotating) {
        turns.push(name)
        if (name === 'access') throw new Error('SSM does not answer')
        return { made: ['next'], retired: [] }
      },
    }
    const { entries } = await capturedLog(() =>
      expect(handler.over({ ...services, rotation })({}, context())).rejects.toThrow(),
    )
    expect(turns).toEqual(['access', 'refresh'])
    expect(entries).toMatchObject([{ type: 'keys.rotated', name: 'refresh' }, { type: 'schedule.failed' }])
  })

  it('that fails says so in the log and to its scheduler', async () => {
    const services = testServices()
    const rotation = { rotate: () => Promise.reject(new Error('SSM does not answer')) }
    const { entries } = await capturedLog(() =>
      expect(handler.over({ ...services, rotation })({}, context())).rejects.toThrow(
        'The scheduled run failed',
      ),
    )
    expect(entries).toMatchObject([{ type: 'schedule.failed', error: { message: 'SSM does not answer' } }])
  })
})
