/** The ports of social login. `ports.ts` lists them with all others. */

import type { Seconds } from './lifetimes.ts'
import type { Account } from './users.ts'

/** What a provider says about a person, after every check of OpenID Connect Core 3.1.3.7 or of the provider's own protocol. */
export interface ProviderIdentity {
  /** The provider's name in PROVIDERS. */
  readonly provider: string
  /** `issuer` and `subject` together are the identity. An email never is. */
  readonly issuer: string
  readonly subject: string
  /** Canonical. Only an email that the provider has verified, by the rule of its file; `undefined` for every other one. */
  readonly email?: string | undefined
  readonly name?: string | undefined
  /** How the person knows this provider account: an address or a user name. For display only. */
  readonly accountName?: string | undefined
  /** When the person last logged in at the provider, if the ID token says so. */
  readonly authTime?: Seconds | undefined
  /** Apple's alone, encrypted: a deletion must revoke it. */
  readonly sealedRefreshToken?: string | undefined
}

/** The part of it that is stored for a user: the provider's email and name may change later. */
export interface ProviderAccount
  extends Pick<ProviderIdentity, 'provider' | 'issuer' | 'subject' | 'accountName' | 'sealedRefreshToken'> {}

/** A provider account that opens an account. `id` is the SHA-256 of issuer and subject, in base64url. */
export interface Identity extends ProviderAccount {
  readonly userId: string
  readonly id: string
  readonly linkedAt: Seconds
  readonly lastUsedAt: Seconds
}

/** Writes to the items of identities, in the transaction that changes or creates the account. */
export interface IdentityWrites {
  /** Also reserves its id, which must be new. */
  readonly adds?: Identity
  readonly removes?: readonly Identity[]
}

export interface IdentityStore {
  /** Returns the identity and its account; both `undefined` if no account has it. Consistent. */
  find(
    id: string,
  ): Promise<{ readonly identity: Identity | undefined; readonly account: Account | undefined }>
  /** Returns every identity of a user, the oldest first, read consistently. */
  list(userId: string): Promise<readonly Identity[]>
  /** Records a login; `false` if the identity is gone. It never fails: the login does not depend on the record. */
  used(identity: Identity, now: Seconds): Promise<boolean>
}

/** A token of an identity that was removed. The transaction of the removal leaves it as a job for the function that revokes it. */
export interface Revocation extends Pick<Identity, 'provider' | 'subject'> {
  readonly sealedRefreshToken: string
}

/** The reading side of these jobs. */
export interface Revocations {
  /** Returns the job in a record of the table's stream; throws if the record holds none. */
  read(record: unknown): { readonly id: string; readonly job: Revocation; readonly expiresAt: Seconds }
  /** Deletes a job that is done. */
  forget(id: string): Promise<void>
}

/** What a flow is for. `link` and `reauthentication` begin with a ticket of the user. */
export type SocialPurpose = 'login' | 'link' | 'reauthentication'

/** The user who began a flow in a session, as the ticket recorded them. */
export interface FlowOwner {
  readonly userId: string
  readonly sessionVersion: number
}

/** A login, link or re-authentication that is in progress at a provider (RFC 6749 4.1, RFC 7636). Its key is the hash of `state`. */
export interface SocialFlow {
  readonly stateHash: string
  readonly provider: string
  readonly purpose: SocialPurpose
  /** An entry of SOCIAL_REDIRECTS. */
  readonly redirect: string
  /** Of the front end: only who began the flow can redeem its code. */
  readonly codeChallenge: string
  readonly nonce: string
  /** Of our own request to the provider. */
  readonly codeVerifier: string
  /** Of the cookie of the browser that began the flow. */
  readonly cookieHash: string
  readonly owner?: FlowOwner | undefined
  /** Apple posts the name in the first login only. */
  readonly name?: string | undefined
  readonly expiresAt: Seconds
}

/** What a flow ended with. It waits for the front end, which redeems it by the code. */
export interface SocialResult extends Pick<SocialFlow, 'purpose' | 'codeChallenge' | 'owner'> {
  readonly codeHash: string
  readonly identity: ProviderIdentity
  readonly expiresAt: Seconds
}

/** Begins a flow for a user who is logged in: a navigation of the browser carries no access token. */
export interface LinkTicket extends Pick<SocialFlow, 'provider' | 'redirect' | 'codeChallenge'> {
  readonly ticketHash: string
  readonly purpose: Exclude<SocialPurpose, 'login'>
  readonly owner: FlowOwner
  readonly expiresAt: Seconds
}

/** An identity that waits for the proof of an account, or of an email. */
export interface LinkSession {
  readonly tokenHash: string
  readonly identity: ProviderIdentity
  /** The confirmed account that has the provider's verified email, as it was when it was found. */
  readonly owner?: FlowOwner | undefined
  readonly expiresAt: Seconds
  /** What the last mail of this link session proves. */
  readonly code?: LinkCode | undefined
}

/** Six digits that were mailed to `email`, stored as a keyed hash. */
export interface LinkCode {
  readonly email: string
  readonly digitsHash: string
  /** The account that had the email when the digits were mailed. */
  readonly owner?: FlowOwner | undefined
  readonly attempts: number
  readonly expiresAt: Seconds
}

/** What the flow stores. Every `take` deletes what it returns, once: of several parallel calls, one gets it. */
export interface SocialStore {
  putFlow(flow: SocialFlow): Promise<void>
  findFlow(stateHash: string): Promise<SocialFlow | undefined>
  /** Adds the name to a flow that is still there. */
  nameFlow(stateHash: string, name: string): Promise<void>
  takeFlow(stateHash: string): Promise<SocialFlow | undefined>
  putTicket(ticket: LinkTicket): Promise<void>
  takeTicket(ticketHash: string): Promise<LinkTicket | undefined>
  putResult(result: SocialResult): Promise<void>
  takeResult(codeHash: string): Promise<SocialResult | undefined>
  putLinkSession(session: LinkSession): Promise<void>
  findLinkSession(tokenHash: string): Promise<LinkSession | undefined>
  /** Stores digits for a link session that is still there; they replace earlier ones. `false` if it is gone. */
  putLinkCode(tokenHash: string, code: LinkCode): Promise<boolean>
  /** Counts an attempt at the digits before they are compared. `undefined` after `most` attempts, or after their expiry. */
  attemptLinkCode(tokenHash: string, most: number, now: Seconds): Promise<LinkSession | undefined>
}

/** The codes of `#cardea_error`. Nothing else of a failure reaches the address. */
export const socialErrors = [
  'access_denied', // the person cancelled at the provider
  'social_expired', // the flow is unknown, used, too old, or of another browser
  'provider_unavailable', // the provider does not answer, or says that it is down
  'provider_error', // the provider's answer fails a check
  'unavailable', // a service of ours does not answer
] as const
export type SocialError = (typeof socialErrors)[number]

/** The failed check, or the step that failed. Each is a word of ours: no text of a provider reaches a log. */
export const providerFailureReasons = [
  'cancelled', // the person cancelled
  // The callback carries this error (RFC 6749 4.1.2.1), or another.
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
  'error',
  'temporary', // the callback says that the provider is down
  'callback', // a parameter is missing, repeated, or of another kind of answer
  'callback_iss', // the issuer of the callback (RFC 9207)
  'discovery', // the discovery document, or its issuer
  'code', // the provider refuses the code
  'client', // the provider refuses the client secret
  'secret', // our client secret cannot be read
  'token', // the token response, or the form of its ID token
  'alg',
  'keys', // no key of the provider has signed it
  'signature',
  'iss',
  'aud',
  'azp',
  'exp',
  'iat',
  'nbf',
  'nonce',
  'sub',
  'auth_time',
  'tid', // the tenant of Microsoft
  'key_issuer', // the issuer of Microsoft's key
  'userinfo', // the userinfo response, or GitHub's API
  'userinfo_sub',
  'revocation',
  'address', // not https, or an address that is not public
  'redirect',
  'size',
  'status', // an unexpected status
  'content', // not JSON
  'timeout',
  'unreachable',
] as const
export type ProviderFailureReason = (typeof providerFailureReasons)[number]

/** Why a provider's answer is not believed. `reason` names the failed check, for the log: never a value of the provider. */
export class ProviderFailure extends Error {
  readonly code: SocialError
  readonly reason: ProviderFailureReason
  constructor(code: SocialError, reason: ProviderFailureReason, options?: { cause?: unknown }) {
    super(`${code}: ${reason}`, options)
    this.name = 'ProviderFailure'
    this.code = code
    this.reason = reason
  }
}

/** Why a callback belongs to no flow that may go on. */
export type UnknownFlow =
  | 'unknown_state' // missing, forged, or used before
  | 'expired'
  | 'other_provider'
  | 'other_browser' // without the cookie of the browser that began the flow

/** The client secrets of providers, by their names in PROVIDERS. */
export interface ProviderSecrets {
  /**
   * `refused` is the secret that the provider has just refused: the secrets are read again, once a minute at most.
   * @throws if there is none, or if the store does not answer.
   */
  secretOf(provider: string, refused?: string): Promise<string>
}

/** Encrypts what must be read again. `context` says what it belongs to: a copy of it opens nowhere else. */
export interface Seals {
  seal(value: Uint8Array, context: readonly string[]): Promise<string>
  /** @throws if it belongs to something else, was changed, or if its key is gone. */
  open(sealed: string, context: readonly string[]): Promise<Uint8Array>
}

/** Where flows may end. */
export interface SocialDestinations {
  /** Every allowed `redirect`, which is compared byte for byte (RFC 9700 2.1). */
  readonly redirects: readonly string[]
  /** For a flow that is unknown or of another browser. */
  readonly loginPage: string
}

/** The configured providers. `policy.providers` lists them. */
export interface SocialProviders {
  /**
   * The address at the provider where the flow begins, with PKCE S256. The provider is told to let the person choose the account, and
   * for a re-authentication to log in now, even with a session.
   * @throws ProviderFailure
   */
  authorizationUrl(
    provider: string,
    request: Pick<SocialFlow, 'nonce' | 'codeVerifier' | 'purpose'> & { readonly state: string },
  ): Promise<string>
  /**
   * Checks that the callback is of the provider that the flow began at: `iss`, if it is sent or the provider promises it (RFC 9207).
   * @throws ProviderFailure
   */
  checkIssuer(provider: string, callback: URLSearchParams): Promise<void>
  /**
   * Checks what the provider sent to the callback, exchanges its code and returns who the person is.
   * @throws ProviderFailure
   */
  identityOf(
    flow: Pick<SocialFlow, 'provider' | 'nonce' | 'codeVerifier' | 'name'> & { readonly state: string },
    callback: URLSearchParams,
  ): Promise<ProviderIdentity>
  /** Revokes the refresh token that an identity holds, if it holds one. @throws ProviderFailure */
  revoke(identity: Pick<Identity, 'provider' | 'subject' | 'sealedRefreshToken'>): Promise<void>
}
