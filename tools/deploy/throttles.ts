import { isHashing, methodsOf } from '../../lib/contract/contract.ts'
import { routeNames } from '../generate/functions-yml.ts'
import { type Entry, isRoute } from '../generate/registry.ts'

type Limit = 'throttleRate' | 'throttleBurst' | 'hashingThrottleRate' | 'hashingThrottleBurst'

/** How many requests the gateway passes to each route, over all callers. This protects the bill, not an account. */
export function throttles(entries: readonly Entry[], values: Readonly<Record<Limit, number>>): object {
  const routes = entries.filter(isRoute).map(({ contract }) => contract)
  const limits = (rate: Limit, burst: Limit) => ({
    ThrottlingRateLimit: values[rate],
    ThrottlingBurstLimit: values[burst],
  })
  const hashing = limits('hashingThrottleRate', 'hashingThrottleBurst')
  const other = limits('throttleRate', 'throttleBurst')
  const RouteSettings = routes.flatMap((contract) =>
    methodsOf(contract).map((method) => [
      `${method} ${contract.path}`,
      isHashing(contract) ? hashing : other,
    ]),
  )
  const HttpApiStage = {
    // The gateway refuses settings of a route that does not exist yet.
    DependsOn: routes.flatMap(routeNames),
    Properties: { RouteSettings: Object.fromEntries(RouteSettings) },
  }
  return { extensions: { HttpApiStage } }
}
