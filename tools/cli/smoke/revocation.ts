import { setTimeout as wait } from 'node:timers/promises'
import type { Api } from './api.ts'
import { expectGatewayRefusal } from './emulator.ts'
import { expectThat } from './expect.ts'

/** How much longer than promised a revoked token is tried, to say how late it was refused. */
const PATIENCE_MS = 3000

/** Says how soon a revoked token was refused. */
export async function refusedSoon(
  api: Api,
  bearer: string,
  { cacheSeconds, isEmulated }: { cacheSeconds: number; isEmulated: boolean },
): Promise<string> {
  const start = performance.now()
  for (let requests = 1; ; requests++) {
    const answer = await api('GET /users/me', { bearer })
    const waited = performance.now() - start
    const promised = cacheSeconds * 1000
    if (answer.status !== 200) {
      expectGatewayRefusal(answer, 401, isEmulated)
      expectThat(requests === 1 || waited < promised, `let in for another ${seconds(waited)}`)
      return requests === 1 ? `by the next request, ${Math.round(waited)} ms` : `after ${seconds(waited)}`
    }
    expectThat(waited < promised + PATIENCE_MS, `still let in after ${seconds(waited)}`)
    await wait(200)
  }
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`
