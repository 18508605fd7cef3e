import { bcryptPasswords } from '../lib/crypto/passwords.ts'
import { startDynoxide } from '../tools/local/dynamodb.ts'
import { isolatedAwsEnv } from '../tools/local/isolated-aws-env.ts'
import { engineStores } from '../tools/testing/engine.ts'
import { testKeys } from '../tools/testing/keys.ts'
import { testServices } from '../tools/testing/test-services.ts'
import { ratios } from '../tools/testing/timing.ts'

/** Prints for some routes the time for an unknown email as a ratio of that for a known one. The two must not differ. */
Object.assign(process.env, isolatedAwsEnv)
const { endpoint, child } = await startDynoxide()
process.env.DYNAMODB_ENDPOINT = endpoint
// The figures go to standard error, because the handlers write their log lines to standard output.
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
