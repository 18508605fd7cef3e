import * as oauth from 'oauth4webapi'
import { ProviderFailure, type ProviderFailureReason, type SocialFlow } from '../domain/social-ports.ts'
import { type Client, registration, TOLERANCE_SECONDS } from './client.ts'
import type { Server } from './discovery.ts'
import { during } from './failures.ts'
import { jsonOf, parsed } from './json.ts'
import type { Claims, OpenIdProvider } from './provider.ts'

/** OpenID Connect Core 2: `sub` has at most 255 characters of ASCII. */
const subject = /^[\x20-\x7E]{1,255}$/

export interface Tokens {
  readonly claims: Claims & { readonly iss: string; readonly sub: string; readonly auth_time?: number }
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly metadata: oauth.AuthorizationServer
}

/** Checks the ID token of a token response (OpenID Connect Core 3.1.3.7). */
export async function checkedTokens(
  client: Client,
  provider: OpenIdProvider,
  { metadata, keys }: Server,
  { nonce }: Pick<SocialFlow, 'nonce'>,
  answer: Response,
): Promise<Tokens> {
  // The issuer follows from a claim that nobody has checked yet. Then the token must name this issuer, and have its signature.
  const issuer = provider.issuerOf?.(partOf((await jsonOf(answer)).id_token, 1)) ?? metadata.issuer
  const server = issuer === metadata.issuer ? metadata : { ...metadata, issuer }
  const tokens = await during('token', () =>
    oauth.processAuthorizationCodeResponse(server, registration(client), answer, {
      expectedNonce: nonce,
      requireIdToken: true,
    }),
  )
  // The library leaves this out: it trusts the connection to the token endpoint.
  await during('signature', () =>
    oauth.validateApplicationLevelSignature(server, answer, { ...client.requests, [oauth.jwksCache]: keys }),
  )
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (!claims) throw new ProviderFailure('provider_error', 'token')
  const failed = failedCheck(client, claims) ?? failedKey(provider, keys, tokens.id_token, issuer)
  if (failed) throw new ProviderFailure('provider_error', failed)
  return { claims, accessToken: tokens.access_token, refreshToken: tokens.refresh_token, metadata: server }
}

/** What the library does not check: `azp` of a single audience, and times that are in the future. */
function failedCheck({ clientId, now }: Client, claims: oauth.IDToken): ProviderFailureReason | undefined {
  const latest = now() + TOLERANCE_SECONDS
  if (claims.azp !== undefined && claims.azp !== clientId) return 'azp'
  if (claims.iat > latest) return 'iat'
  if (claims.auth_time !== undefined && claims.auth_time > latest) return 'auth_time'
  return subject.test(claims.sub) ? undefined : 'sub'
}

function failedKey(
  { maySign }: OpenIdProvider,
  { jwks }: Server['keys'],
  idToken: string | undefined,
  issuer: string,
): ProviderFailureReason | undefined {
  if (!maySign) return undefined
  const { kid } = partOf(idToken, 0)
  const signers = jwks?.keys.filter((key) => key.kid === kid) ?? []
  const isFit = kid !== undefined && signers.length > 0 && signers.every((key) => maySign(key, issuer))
  return isFit ? undefined : 'key_issuer'
}

/** The header (0) or the claims (1) of a JWT, unchecked. */
function partOf(token: unknown, part: 0 | 1): Claims {
  return parsed(Buffer.from(String(token).split('.')[part] ?? '', 'base64url').toString())
}
