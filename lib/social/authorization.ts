import { createHash } from 'node:crypto'
import type { SocialProviders, SocialPurpose } from '../domain/social-ports.ts'
import { ProviderFailure } from '../domain/social-ports.ts'
import type { Client } from './client.ts'
import type { Server } from './discovery.ts'
import type { Provider } from './provider.ts'

/** The address where the browser begins (RFC 6749 4.1.1, RFC 7636 4.3, OpenID Connect Core 3.1.2.1). */
export function authorizationAddress(
  { provider, clientId, redirectUri, isLocal }: Client,
  { metadata }: Server,
  { state, nonce, codeVerifier, purpose }: Parameters<SocialProviders['authorizationUrl']>[1],
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
    ...promptOf(provider, metadata, purpose),
    ...provider.parameters,
  }
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value)
  return address.href
}

/** What the provider asks the person (OpenID Connect Core 3.1.2.1). A provider that does not know a value refuses the request. */
function promptOf(
  { choosesAccount, loginNow }: Provider,
  { prompt_values_supported: known }: Server['metadata'],
  purpose: SocialPurpose,
): Readonly<Record<string, string>> {
  // It is worth nothing unless the person logs in now.
  if (purpose === 'reauthentication') return loginNow ?? { max_age: '0' }
  if (choosesAccount || (Array.isArray(known) && known.includes('select_account')))
    return { prompt: 'select_account' }
  // Without a question, the account that is logged in at the provider would be linked, perhaps of another person. Every provider has to
  // know `login`.
  return purpose === 'link' ? { prompt: 'login' } : {}
}
