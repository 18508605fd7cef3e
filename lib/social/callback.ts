import * as oauth from 'oauth4webapi'
import { ProviderFailure } from '../domain/social-ports.ts'
import { type Client, registration } from './client.ts'
import type { Server } from './discovery.ts'
import { during } from './failures.ts'

/** Checks `iss`, against a callback that another provider has answered (RFC 9207 2.4). @throws ProviderFailure */
export function checkCallbackIssuer(
  { provider }: Client,
  { metadata }: Server,
  callback: URLSearchParams,
): void {
  const [iss, ...others] = callback.getAll('iss')
  const isRequired = metadata.authorization_response_iss_parameter_supported === true
  if (iss === undefined && !isRequired) return
  if (iss !== issuerOfCallback(provider, metadata, iss) || others.length > 0)
    throw new ProviderFailure('provider_error', 'callback_iss')
}

function issuerOfCallback(
  provider: Client['provider'],
  { issuer }: Server['metadata'],
  iss: string | undefined,
): string {
  const depends = provider.protocol === 'openid' && iss !== undefined
  return (depends && provider.callbackIssuer?.(iss)) || issuer
}

/** Checks the callback (RFC 6749 4.1.2), in this order: `iss`, `state`, `error`. */
export function checkedCallback(
  client: Client,
  server: Server,
  state: string,
  callback: URLSearchParams,
): Promise<URLSearchParams> {
  return during('callback', () => {
    checkCallbackIssuer(client, server, callback)
    const issuer = callback.get('iss') ?? server.metadata.issuer
    try {
      // Also refuses repeated parameters, and tokens.
      return oauth.validateAuthResponse({ ...server.metadata, issuer }, registration(client), callback, state)
    } catch (error) {
      throw error instanceof oauth.AuthorizationResponseError ? failureOfCallback(error.error) : error
    }
  })
}

/** How a provider refuses our request: a wrong setting here or there. */
const refusals = [
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
] as const

/** `user_cancelled_authorize` is Apple's. */
function failureOfCallback(error: string): ProviderFailure {
  if (error === 'access_denied' || error === 'user_cancelled_authorize')
    return new ProviderFailure('access_denied', 'cancelled')
  if (error === 'temporarily_unavailable' || error === 'server_error')
    return new ProviderFailure('provider_unavailable', 'temporary')
  return new ProviderFailure('provider_error', refusals.find((each) => each === error) ?? 'error')
}
