import { bcryptPasswords } from '../lib/crypto/passwords.ts'
import { startDynoxide } from '../tools/local/dynamodb.ts'
import { isolatedAwsEnv } from '../tools/local/isolated-aws-env.ts'
import { engineStores } from '../tools/testing/engine.ts'
import { testKeys } from '../tools/testing/keys.ts'
import { testServices } from '../tools/testing/test-services.ts'
import { ratios } from '../tools/testing/timing.ts'

/** Prints how long routes take for an email that nobody has, over one that has an account: it must not tell. */
Object.assign(process.env, isolatedAwsEnv)
const { endpoint, child } = await startDynoxide()
process.env.DYNAMODB_ENDPOINT = endpoint
// What the doors log would drown the figures, which go to standard error.
process.stdout.write = () => true
const passwords = bcryptPasswords({ cost: 12, keys: testKeys })
const strict = testServices({ stores: await engineStores(), policy: { requireVerifiedEmail: true } })
const measured = await ratios({ ...strict, passwords })
await child.stop()
for (const { route, ratio, medians } of measured) {
  const [unknown, known] = medians.map((each) => each.toFixed(2))
  process.stderr.write(
    `${route.padEnd(26)} unknown ${unknown} ms, known ${known} ms: ${ratio.toFixed(3)} (medians of 40 pairs)\n`,
  )
}
