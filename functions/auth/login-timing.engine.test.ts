import { bcryptPasswords } from '../../lib/crypto/passwords.ts'
import { engineStores } from '../../lib/testing/engine.ts'
import { gateway } from '../../lib/testing/gateway.ts'
import { ada, logIn, signedUp } from '../../lib/testing/people.ts'
import { testKeys, world } from '../../lib/testing/world.ts'

jest.setTimeout(60_000)

const PAIRS = 40
const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN

describe('POST /auth/login', () => {
  it('takes as long to refuse an unknown e-mail as a wrong password', async () => {
    const passwords = bcryptPasswords({ cost: 10, keys: testKeys })
    const api = gateway({ ...world({ stores: await engineStores() }), passwords })
    await signedUp(api)
    const timed = async (email: string) => {
      const start = performance.now()
      expect(await logIn(api, 'body', { ...ada, email, password: 'wrong' })).toMatchObject({ status: 401 })
      return performance.now() - start
    }
    const known: number[] = []
    const unknown: number[] = []
    for (let pair = 0; pair < PAIRS; pair++) {
      known.push(await timed(ada.email))
      unknown.push(await timed('eve@example.com'))
    }
    const ratio = median(unknown) / median(known)
    process.stderr.write(`unknown e-mail / wrong password: ${ratio.toFixed(3)} (medians of ${PAIRS} pairs)\n`)
    expect(Math.abs(ratio - 1)).toBeLessThan(0.2)
  })
})
