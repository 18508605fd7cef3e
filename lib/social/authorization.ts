import { createHash } from 'node:crypto'
import type { SocialProviders } from '../domain/social-ports.ts'
import { ProviderFailure } from '../domain/social-ports.ts'
import type { Client } from './client.ts'
import type { Server } from './discovery.ts'
import type { Provider } from './provider.ts'

/** The address where the browser begins (RFC 6749 4.1.1, RFC 7636 4.3, OpenID Connect Core 3.1.2.1). */
export function authorizationAddress(
  { provider, clientId, redirectUri, isLocal }: Client,
  { metadata }: Server,
  { state, nonce, codeVerifier, asksLogin }: Parameters<SocialProviders['authorizationUrl']>[1],
): string {
  const address = URL.parse(metadata.authorization_endpoint ?? '')
  const isSecure = address?.protocol === 'https:' || (isLocal && address?.protocol === 'http:')
  if (!address || !isSecure || address.hash) throw new ProviderFailure('provider_error', 'discovery')
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: provider.scope,
    state,
    ...(provider.protocol === 'openid' && { nonce }),
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(asksLogin ? (provider.loginNow ?? { max_age: '0' }) : choiceOf(provider, metadata)),
    ...provider.parameters,
  }
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
  return address.href
}

/** Lets the person choose the account, where the provider can: one that does not know the value refuses it (section 3.1.2.1). */
const choiceOf = ({ choosesAccount }: Provider, { prompt_values_supported: known }: Server['metadata']) =>
  choosesAccount || (Array.isArray(known) && known.includes('select_account'))
    ? { prompt: 'select_account' }
    : {}
