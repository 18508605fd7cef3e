/** Every reason for which Cardea says no. `contract/errors.ts` gives each its status and its public sentence. */
export type RefusalCode =
  | 'invalid_request' // the request does not fit its contract
  | 'unsupported_media_type' // the body is not declared as JSON
  | 'payload_too_large' // the body is over the limit
  | 'unauthorized' // nobody is logged in
  | 'forbidden' // logged in, and may not
  | 'not_found' // no such thing, or not theirs: never said which
  | 'conflict' // others changed it again and again meanwhile
  | 'wrong_password' // the caller's own password, asked for once more
  | 'last_administrator' // nobody would be left to undo it
  | 'own_account' // an administrator may not do this to themself
  | 'invalid_credentials' // unknown email or wrong password: never said which
  | 'account_disabled' // the right password of an account that an administrator has closed
  | 'invalid_refresh_token' // missing, forged, damaged or past its end
  | 'session_ended' // logged out, expired, or its user has moved on
  | 'refresh_token_reused' // an old refresh token came back: theft
  | 'untrusted_proxy' // not from the proxy in front, or without the address of the client
  | 'origin_not_allowed' // a cookie sent from a page of a foreign origin
  | 'email_taken' // another account holds this email
  | 'email_changed_recently' // the last change can still be undone from the old address
  | 'email_not_verified' // the right password of an account whose email nobody has confirmed
  | 'weak_password' // one of those that are guessed first
  | 'invalid_link' // a mailed token that is forged, used, replaced or past its end
  | 'invalid_code' // digits that are wrong, used, replaced or past their end
  | 'too_many_attempts' // a budget is used up; `retryAfter` says for how long
  | 'not_enabled' // this deployment does not offer it
  | 'unavailable' // a service that we need does not answer: never an admission

/** Whom a refusal is about: known, or only claimed by a token that nothing has proven. */
export type Subject = { readonly userId?: string | undefined } | { readonly claimedUserId: string }

/** What is wrong at one place of a request; never what was received there. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** A reasoned no. Everything else that is thrown is a fault of ours. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly issues: readonly Issue[]
  /** Seconds after which another try may do. */
  readonly retryAfter: number | undefined
  /** For the log alone. */
  readonly subject: Subject
  /** Whether a secret was shown at all: a request without one is no attempt. */
  readonly isAttempt: boolean

  constructor(
    code: RefusalCode,
    options: {
      issues?: readonly Issue[]
      retryAfter?: number
      cause?: unknown
      subject?: Subject
      isAttempt?: boolean
    } = {},
  ) {
    super(code, { cause: options.cause })
    this.name = 'Refusal'
    this.code = code
    this.issues = options.issues ?? []
    this.retryAfter = options.retryAfter
    this.subject = options.subject ?? {}
    this.isAttempt = options.isAttempt ?? true
  }
}
