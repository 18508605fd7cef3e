import type { Contract, Schema } from '../contract/contract.ts'
import { flowCookiesOf } from './cookies.ts'
import { failureRedirects } from './failure-redirects.ts'
import { formOf } from './form.ts'
import { checkNavigation } from './navigation.ts'

/** What only routes need that a browser navigates to. Their handlers name it, so that no other bundle contains it. */
export const browser = { checkNavigation, formOf, flowCookiesOf, failureRedirects }
export type Browser = typeof browser

/** The last argument of `route`, without which such a contract does not compile. */
export type OfBrowser<C extends Contract> = C extends
  | { readonly navigation: true }
  | { readonly form: Schema }
  | { readonly takesFlowCookie: true }
  | { readonly redirectsFailures: true }
  ? [browser: Browser]
  : []
