import * as oauth from 'oauth4webapi'
import type { Seconds } from '../domain/lifetimes.ts'
import { ProviderFailure } from '../domain/social-ports.ts'
import { during } from './failures.ts'
import type { OpenIdProvider, Provider } from './provider.ts'
import type { Requests } from './requests.ts'

/** How long a discovery document is used without asking again. */
const FRESH_SECONDS = 3600
/** During an outage, the former document is used, and the next attempt waits this long. */
const RETRY_SECONDS = 60

/** Signatures with keys that the provider publishes. Never `none`, and never HS*, whose key would be the client secret. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA'],
]

export interface Server {
  readonly metadata: oauth.AuthorizationServer
  /** The library keeps the keys here for five minutes. For an unknown `kid` it fetches them again, once a minute at most. */
  readonly keys: oauth.JWKSCacheInput
}
export type ServerOf = (provider: Provider) => Promise<Server>

/** Finds the endpoints of a provider. */
export function discovery({
  requests,
  now,
}: {
  readonly requests: Requests
  readonly now: () => Seconds
}): ServerOf {
  const kept = new Map<Provider, { readonly server: Server; readonly until: Seconds }>()
  return async (provider) => {
    if (provider.protocol === 'oauth') return { metadata: provider.server, keys: {} }
    const found = kept.get(provider)
    // If the clock was set back, the age is unknown.
    if (found && found.until > now() && found.until <= now() + FRESH_SECONDS) return found.server
    try {
      const server = { metadata: await discover(provider, requests), keys: {} }
      kept.set(provider, { server, until: now() + FRESH_SECONDS })
      return server
    } catch (error) {
      // A wrong document is not used, and neither is its predecessor: only after an outage the former one is used.
      if (!found || !(error instanceof ProviderFailure) || error.code !== 'provider_unavailable') throw error
      kept.set(provider, { ...found, until: now() + RETRY_SECONDS })
      return found.server
    }
  }
}

function discover(provider: OpenIdProvider, requests: Requests): Promise<oauth.AuthorizationServer> {
  const { issuer, discovery = issuer } = provider
  return during('discovery', async () => {
    const answer = await oauth.discoveryRequest(new URL(discovery), requests)
    const metadata = await oauth.processDiscoveryResponse(new URL(issuer), answer)
    const { id_token_signing_alg_values_supported: offered = ['RS256'] } = metadata
    return {
      ...metadata,
      id_token_signing_alg_values_supported: algorithms.filter((each) => offered.includes(each)),
    }
  })
}
