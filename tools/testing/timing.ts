import { randomUUID } from 'node:crypto'
import { gateway } from './gateway.ts'
import type { TestServices } from './test-services.ts'
import { ada } from './test-users.ts'

const PAIRS = 40
const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN

/** Each route that must not reveal whether an email has an account, and its body. */
const asked: Readonly<Record<string, (email: string) => object>> = {
  'POST /auth/signup': (email) => ({ ...ada, email }),
  'POST /auth/login': (email) => ({ email, password: 'a wrong password' }),
  'POST /auth/email/resend': (email) => ({ email }),
  'POST /auth/password/forgot': (email) => ({ email }),
}

export interface Timed {
  readonly route: string
  /** The median time for unknown emails, divided by the median for a known one. */
  readonly ratio: number
  readonly medians: readonly [number, number]
}

/** Times these routes in interleaved pairs of a known and an unknown email. */
export async function ratios(
  services: TestServices,
  routes: readonly string[] = Object.keys(asked),
): Promise<Timed[]> {
  const api = gateway(services)
  await api('POST /auth/signup', { body: ada })
  const found: Timed[] = []
  for (const route of routes) {
    const bodyFor = asked[route] ?? (() => ({}))
    const timed = async (email: string) => {
      const start = performance.now()
      await api(route, { body: bodyFor(email) })
      return performance.now() - start
    }
    // The first calls of a process are slower.
    for (let warm = 0; warm < 3; warm++) await timed(`${randomUUID()}@example.com`)
    const known: number[] = []
    const unknown: number[] = []
    for (let pair = 0; pair < PAIRS; pair++) {
      const stranger = `${randomUUID()}@example.org`
      for (const which of pair % 2 === 0 ? [known, unknown] : [unknown, known]) {
        which.push(await timed(which === known ? ada.email : stranger))
      }
    }
    const medians: Timed['medians'] = [median(unknown), median(known)]
    found.push({ route, ratio: medians[0] / medians[1], medians })
  }
  return found
}
