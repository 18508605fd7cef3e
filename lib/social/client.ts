import * as oauth from 'oauth4webapi'
import type { Seconds } from '../domain/lifetimes.ts'
import { ProviderFailure, type ProviderSecrets } from '../domain/social-ports.ts'
import type { Provider } from './provider.ts'
import type { Requests } from './requests.ts'

/** ID tokens may be this much too early or too late. */
export const TOLERANCE_SECONDS = 30

/** Ourselves, as one provider knows us. */
export interface Client {
  readonly name: string
  readonly provider: Provider
  readonly clientId: string
  /** The address of the callback, as it is registered with the provider. */
  readonly redirectUri: string
  readonly isLocal: boolean
  readonly requests: Requests
  readonly secrets: ProviderSecrets
  readonly now: () => Seconds
}

export const registration = ({ clientId }: Client): oauth.Client => ({
  client_id: clientId,
  [oauth.clockTolerance]: TOLERANCE_SECONDS,
})

/**
 * Sends a request with the client secret. If the provider refuses the secret, a new one may have been stored: it is read again,
 * and the request is sent once more.
 */
export async function authenticated<T>(
  client: Client,
  metadata: oauth.AuthorizationServer,
  send: (authentication: oauth.ClientAuth) => Promise<T>,
): Promise<T> {
  const first = await readSecret(client)
  try {
    return await send(authenticationOf(client, metadata, first))
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.reason !== 'client') throw error
    const second = await readSecret(client, first)
    if (second === first) throw error
    return send(authenticationOf(client, metadata, second))
  }
}

async function readSecret({ secrets, name }: Client, refused?: string): Promise<string> {
  try {
    return await secrets.secretOf(name, refused)
  } catch (cause) {
    throw new ProviderFailure('unavailable', 'secret', { cause })
  }
}

/** The methods of RFC 6749 2.3.1. In the body, where the provider reads it there: in a header, providers unescape it differently. */
function authenticationOf(
  { provider, now }: Client,
  { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] }: oauth.AuthorizationServer,
  stored: string,
): oauth.ClientAuth {
  try {
    const secret = provider.clientSecret?.(stored, now()) ?? stored
    return methods.includes('client_secret_post')
      ? oauth.ClientSecretPost(secret)
      : oauth.ClientSecretBasic(secret)
  } catch (cause) {
    throw new ProviderFailure('unavailable', 'secret', { cause })
  }
}
