import { isHashing, methodsOf } from '../../lib/contract/contract.ts'
import { routeNames } from '../generate/functions-yml.ts'
import { type Entry, isRoute } from '../generate/registry.ts'

interface Throttles {
  readonly throttleRate: number
  readonly throttleBurst: number
  readonly hashingThrottleRate: number
  readonly hashingThrottleBurst: number
}

/** What the gateway lets through to each route, over all callers: a guard of the bill, not of an account. */
export function throttles(entries: readonly Entry[], given: Throttles): object {
  const routes = entries.filter(isRoute).map(({ contract }) => contract)
  const hashing = settingsOf(given.hashingThrottleRate, given.hashingThrottleBurst)
  const other = settingsOf(given.throttleRate, given.throttleBurst)
  const settings = routes.flatMap((contract) =>
    methodsOf(contract).map((method) => [
      `${method} ${contract.path}`,
      isHashing(contract) ? hashing : other,
    ]),
  )
  return {
    extensions: {
      HttpApiStage: {
        // The gateway refuses settings of a route that is not there yet.
        DependsOn: routes.flatMap(routeNames),
        Properties: { RouteSettings: Object.fromEntries(settings) },
      },
    },
  }
}

const settingsOf = (rate: number, burst: number) => ({
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
})
