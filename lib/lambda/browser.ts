import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { Contract, Schema } from '../contract/contract.ts'
import { flowCookiesOf } from './cookies.ts'
import { type Destined, failureRedirects } from './failure-redirects.ts'
import { formOf } from './form.ts'
import { checkNavigation } from './navigation.ts'
import { parse } from './request.ts'

/** What only routes need that a browser navigates to. Their handlers name it, so that no other bundle contains it. */
export const browser = {
  /** The error handler of `redirectsFailures`. */
  failures: (contract: Contract, services: () => object) =>
    contract.redirectsFailures
      ? failureRedirects(contract, () => (services() as Destined).socialDestinations.loginPage)
      : undefined,

  check(contract: Contract, event: APIGatewayProxyEventV2): void {
    if (contract.navigation) checkNavigation(event)
  },

  /** What the steps get in addition. */
  inputOf: (contract: Contract, event: APIGatewayProxyEventV2) => ({
    ...(contract.anyQuery && { query: new URLSearchParams(event.rawQueryString) }),
    ...(contract.form && { form: parse(contract.form, formOf(event)) }),
    ...(contract.takesFlowCookie && { flowCookies: flowCookiesOf(event) }),
  }),
}
export type Browser = typeof browser

/** The last argument of `route`, without which such a contract does not compile. */
export type OfBrowser<C extends Contract> = C extends
  | { readonly navigation: true }
  | { readonly form: Schema }
  | { readonly anyQuery: true }
  | { readonly takesFlowCookie: true }
  | { readonly redirectsFailures: true }
  ? [browser: Browser]
  : []
