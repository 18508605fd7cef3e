import * as oauth from 'oauth4webapi'
import { type ProviderFetch, providerFetch } from './provider-fetch.ts'

/** How the library sends requests. `providerFetch` decides whether an address is allowed, also whether it may be http. */
export interface Requests {
  readonly [oauth.customFetch]: ProviderFetch
  readonly [oauth.allowInsecureRequests]: boolean
}

export const requestsOf = (options: Parameters<typeof providerFetch>[0]): Requests => ({
  [oauth.customFetch]: providerFetch(options),
  [oauth.allowInsecureRequests]: options.isLocal,
})
