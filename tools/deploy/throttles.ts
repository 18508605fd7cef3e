import { gatewayRoutesOf, routeName } from '../generate/functions-yml.ts'
import type { Entry } from '../generate/registry.ts'

type Limit = 'throttleRate' | 'throttleBurst' | 'hashingThrottleRate' | 'hashingThrottleBurst'

/** How many requests the gateway passes to each route, over all callers. This protects the bill, not an account. */
export function throttles(entries: readonly Entry[], values: Readonly<Record<Limit, number>>): object {
  const routes = entries.flatMap(gatewayRoutesOf)
  const limits = (rate: Limit, burst: Limit) => ({
    ThrottlingRateLimit: values[rate],
    ThrottlingBurstLimit: values[burst],
  })
  const hashing = limits('hashingThrottleRate', 'hashingThrottleBurst')
  const other = limits('throttleRate', 'throttleBurst')
  const RouteSettings = routes.map(({ method, path, isHashing }) => [
    `${method} ${path}`,
    isHashing ? hashing : other,
  ])
  const HttpApiStage = {
    // The gateway refuses settings of a route that does not exist yet.
    DependsOn: routes.map(routeName),
    Properties: { RouteSettings: Object.fromEntries(RouteSettings) },
  }
  return { extensions: { HttpApiStage } }
}
