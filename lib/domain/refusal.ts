import type { FactorName } from './factor-names.ts'

/** Every reason for a refusal. `contract/errors.ts` maps each to its status and its public sentence. */
export type RefusalCode =
  | 'invalid_request' // the request does not fit its contract
  | 'unsupported_media_type' // the body is not declared as JSON
  | 'payload_too_large' // the body is over the limit
  | 'unauthorized' // no valid access token
  | 'forbidden' // logged in, but without the role
  | 'not_found' // does not exist, or belongs to another user: the answer does not say which
  | 'conflict' // other writes won the race each time
  | 'wrong_password' // the caller's own password, asked for again
  | 'last_administrator' // the last active administrator must stay
  | 'own_account' // an administrator may not do this to their own account
  | 'invalid_credentials' // unknown email or wrong password: the answer does not say which
  | 'account_disabled' // the right password of a disabled account
  | 'invalid_refresh_token' // missing, forged, damaged or expired
  | 'session_ended' // logged out, expired, or of a former session version
  | 'refresh_token_reused' // an old refresh token was presented: theft
  | 'untrusted_proxy' // bypassed the trusted proxy, or without the client's address
  | 'origin_not_allowed' // a cookie sent from a page of a foreign origin
  | 'email_taken' // another account has this email
  | 'email_changed_recently' // the last change can still be undone from the former address
  | 'email_not_verified' // the right password of an account with an unverified email
  | 'weak_password' // guessed early by attackers
  | 'invalid_link' // a mailed token that is forged, used, replaced or expired
  | 'invalid_code' // digits that are wrong, used, replaced or expired
  | 'reauthentication_required' // the last proof is too old for this request (RFC 9470)
  | 'second_factor_required' // the first proof is right, and a second factor must follow
  | 'second_factor_enrolment_required' // the policy asks for a second factor, and the account has none
  | 'second_factor_missing' // an administrator must have a second factor
  | 'last_way_in' // the only password or passkey must stay
  | 'invalid_auth_session' // a second step that is unknown, spent or expired
  | 'invalid_passkey' // a WebAuthn response that fails a check
  | 'passkey_exists' // the passkey is registered already
  | 'too_many_passkeys' // the account has as many passkeys as it may have
  | 'signup_closed' // the deployment takes no new accounts: the answer tells nothing about an account
  | 'link_required' // the provider's email belongs to an account, which must be proven first
  | 'email_required' // the provider has no verified email that an account could have
  | 'invalid_link_session' // an identity that waits for a proof is unknown, used or expired
  | 'identity_taken' // another account has this identity
  | 'too_many_identities' // the account has as many identities as it may have
  | 'too_many_attempts' // a limit is reached; `retryAfter` says for how long
  | 'not_enabled' // this deployment does not offer it
  | 'unavailable' // a service that we depend on does not answer; never admits

/** The user whom a refusal is about: known, or only claimed by an unproven token. */
export type Subject = { readonly userId?: string | undefined } | { readonly claimedUserId: string }

/** A problem at one place of a request. Never repeats the received value. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** Further members of a problem (RFC 9457 3.2), for the codes that have some. */
export interface ProblemMembers {
  /** For `reauthentication_required`: how many seconds ago the last proof may be. */
  readonly maxAge?: number
  /** For `second_factor_required` and `second_factor_enrolment_required`. */
  readonly authSession?: string
  /** Seconds until the auth session or the link session expires. */
  readonly expiresIn?: number
  /** For `second_factor_required`: what may be proven. */
  readonly factors?: readonly FactorName[]
  /** For `link_required` and `email_required`; `expiresIn` is its life. */
  readonly linkSession?: string
  /** For `link_required`: the email of the account, which is the provider's verified one. */
  readonly email?: string
  /** For `link_required`: what may prove the account. */
  readonly proofs?: readonly ('password' | 'passkey' | 'code')[]
}

/** An expected refusal. Every other error is a fault of ours. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly issues: readonly Issue[]
  /** Seconds until a retry may succeed. */
  readonly retryAfter: number | undefined
  /** Written to the log only. */
  readonly subject: Subject
  /** Whether the request contained a secret: without one, it is no attempt. */
  readonly isAttempt: boolean
  readonly members: ProblemMembers

  constructor(
    code: RefusalCode,
    options: {
      issues?: readonly Issue[]
      retryAfter?: number
      cause?: unknown
      subject?: Subject
      isAttempt?: boolean
      members?: ProblemMembers
    } = {},
  ) {
    super(code, { cause: options.cause })
    this.name = 'Refusal'
    this.code = code
    this.issues = options.issues ?? []
    this.retryAfter = options.retryAfter
    this.subject = options.subject ?? {}
    this.isAttempt = options.isAttempt ?? true
    this.members = options.members ?? {}
  }
}
