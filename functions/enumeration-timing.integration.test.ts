import { bcryptPasswords } from '../lib/crypto/passwords.ts'
import { engineStores } from '../tools/testing/engine.ts'
import { testKeys } from '../tools/testing/keys.ts'
import { testServices } from '../tools/testing/test-services.ts'
import { ratios } from '../tools/testing/timing.ts'

describe('whether an email has an account', () => {
  it('is not told by the time of sign-up, login, resend or forgot', async () => {
    const passwords = bcryptPasswords({ cost: 10, keys: testKeys })
    const strict = testServices({ stores: await engineStores(), policy: { requireVerifiedEmail: true } })
    let telling: string[] | undefined
    // A leak shows each time, the noise of a machine does not. `npm run bench` reports the figures; 5 % is the goal.
    for (let time = 0; time < 3 && telling?.length !== 0; time++) {
      const found = await ratios({ ...strict, passwords }, telling)
      telling = found.filter(({ ratio }) => Math.abs(ratio - 1) >= 0.2).map(({ route }) => route)
    }
    expect(telling).toEqual([])
  })
})
