import type { AuthorizationServer, JWK } from 'oauth4webapi'
import type { Seconds } from '../domain/lifetimes.ts'
import type { ProviderSettings } from '../domain/provider-settings.ts'
import type { ProviderIdentity } from '../domain/social-ports.ts'

export type Claims = Readonly<Record<string, unknown>>

/** What a provider says about a person, still as it says it. */
export interface Person extends Pick<ProviderIdentity, 'issuer' | 'subject' | 'authTime'> {
  /** Only an email that the provider has verified. */
  readonly email?: unknown
  readonly name?: unknown
  /** How the person knows the account: the first of these that is safe to show. */
  readonly accountNames?: readonly unknown[]
}

interface AnyProvider {
  readonly scope: string
  /** Further parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Whether it takes `prompt=select_account`. Other providers say so in their discovery document. */
  readonly choosesAccount?: true
  /** What asks for a login now, whose time the ID token has. It is `max_age=0` without this. */
  readonly loginNow?: Readonly<Record<string, string>>
  /** For a provider whose client secret is made from the stored one. */
  clientSecret?(stored: string, now: Seconds): string
  /** Whether the refresh token is kept, because a deletion must revoke it. */
  readonly keepsRefreshToken?: true
}

/** A provider of OpenID Connect. Its endpoints and keys are in its discovery document. */
export interface OpenIdProvider extends AnyProvider {
  readonly protocol: 'openid'
  /** The issuer of the discovery document. */
  readonly issuer: string
  /** Where the document lies, if not below the issuer. */
  readonly discovery?: string
  /** The issuer of an ID token, if it depends on the token. @throws ProviderFailure if the deployment does not allow it. */
  issuerOf?(claims: Claims): string
  /** The issuer of the callback (RFC 9207), if it depends on the callback. @throws ProviderFailure */
  callbackIssuer?(iss: string): string
  /** Whether the key that signed the ID token may sign for this issuer. */
  maySign?(key: JWK & { readonly issuer?: unknown }, issuer: string): boolean
  /** Whether the claims are asked of the userinfo endpoint if the ID token has no email. */
  readonly readsUserInfo?: true
  /** The email of these claims, if the provider has verified it. Claims are of one document: an email and its flag. */
  verifiedEmail(claims: Claims): unknown
  accountNames(claims: Claims): readonly unknown[]
}

/** A provider of OAuth 2.0 alone: who the person is must be read from its API. */
export interface OAuthProvider extends AnyProvider {
  readonly protocol: 'oauth'
  readonly server: AuthorizationServer
  person(get: (url: string) => Promise<Response>): Promise<Person>
}

export type Provider = OpenIdProvider | OAuthProvider

/** Makes a provider from its settings. Each file of a provider exports one. */
export type MakeProvider<P extends Provider = OpenIdProvider> = (settings: ProviderSettings) => P
