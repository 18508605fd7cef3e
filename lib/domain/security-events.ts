import type { EmailJob } from './email-jobs.ts'
import type { EmailTemplate } from './email-templates.ts'
import type { RefusalCode, Subject } from './refusal.ts'
import type { ProviderFailureReason, SocialError, UnknownFlow } from './social-ports.ts'
import type { Role } from './users.ts'

/**
 * Security events. `userId` is the user whom the event is about; `log.ts` adds who caused it as `actor`. No field can hold a
 * token, a password or a code.
 */
export type SecurityEvent =
  | { readonly type: 'user.created' | 'user.deleted'; readonly userId: string }
  | { readonly type: 'user.disabled' | 'user.enabled' | 'user.renamed'; readonly userId: string }
  /** An administrator read data of other users; `userId` if it was one user's. */
  | { readonly type: 'user.read'; readonly route: string; readonly userId?: string | undefined }
  /** Users exported their own data. */
  | { readonly type: 'user.exported'; readonly userId: string }
  | { readonly type: 'user.roles_changed'; readonly userId: string; readonly roles: readonly Role[] }
  | { readonly type: 'login.succeeded'; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: 'login.failed'
      readonly userId?: string
      readonly reason: 'unknown_email' | 'wrong_password' | 'account_disabled' | 'email_not_verified'
    }
  /** The first proof was right, and a second factor is asked for. */
  | { readonly type: 'login.second_factor_required'; readonly userId: string }
  /** The owner of the mailbox undid the first factor of the account. */
  | { readonly type: 'factor.undone'; readonly userId: string }
  | {
      readonly type: 'factor.added' | 'factor.removed'
      readonly userId: string
      readonly factor: 'totp' | 'passkey'
    }
  | {
      readonly type: 'identity.linked' | 'identity.unlinked'
      readonly userId: string
      readonly identityId: string
      readonly provider: string
    }
  | { readonly type: 'recovery_codes.replaced'; readonly userId: string }
  | { readonly type: 'recovery_code.used'; readonly userId: string; readonly left: number }
  /** A TOTP code was refused without a look, after too many failures in a row. Another factor ends this. */
  | { readonly type: 'totp.blocked'; readonly userId: string }
  /**
   * A flow of social login ended without a code. `error` is what its front end was told, `reason` the failed check. Of the provider
   * there is nothing but its name in PROVIDERS.
   */
  | {
      readonly type: 'social.failed'
      readonly provider?: string | undefined
      readonly error: SocialError
      readonly reason: ProviderFailureReason | UnknownFlow | RefusalCode
    }
  /** An administrator removed every factor of the account. */
  | { readonly type: 'factor.reset'; readonly userId: string }
  /** A user proved again who they are. */
  | { readonly type: 'session.reauthenticated'; readonly userId: string; readonly sessionId: string }
  /** The signature counter of a passkey did not grow: there may be a copy of its key (WebAuthn level 3, 6.1.1). */
  | { readonly type: 'passkey.counter_went_back'; readonly userId: string; readonly passkeyId: string }
  /** The account reached its limit of failed logins: the next attempt has to wait. */
  | { readonly type: 'login.locked'; readonly userId?: string }
  /** A reset or a login should have lifted the lock, and the write failed. */
  | { readonly type: 'login.lock_left'; readonly userId: string }
  | { readonly type: 'password.changed'; readonly userId: string; readonly sessionId: string }
  /** The password was disabled until the owner sets a new one. */
  | {
      readonly type: 'password.voided'
      readonly userId: string
      readonly reason:
        | 'second_sign_up'
        | 'first_proof'
        | 'email_change_undone'
        | 'factor_undone'
        | 'factors_reset'
    }
  | { readonly type: 'password.breach_check_failed' }
  /** A login should have replaced a hash of a former scheme, and the write failed. The next login tries again. */
  | { readonly type: 'password.rehash_failed'; readonly userId: string }
  | { readonly type: 'password.reset' | 'password.reset_started'; readonly userId: string }
  | {
      readonly type: 'email.verified' | 'email.change_requested' | 'email.changed' | 'email.change_undone'
      readonly userId: string
    }
  | { readonly type: 'mail.sent'; readonly userId?: string; readonly template: EmailTemplate['kind'] }
  /** The recipient's budget is used up. */
  | { readonly type: 'mail.withheld'; readonly userId?: string; readonly template: EmailTemplate['kind'] }
  | { readonly type: 'mail.withheld'; readonly userId?: string; readonly job: EmailJob['type'] }
  /** A retry would not help; `reason` is SES's error name. */
  | {
      readonly type: 'mail.rejected'
      readonly userId?: string
      readonly template: EmailTemplate['kind']
      readonly reason: string
    }
  /** A permanent bounce or a spam complaint: SES suppresses the address. The names are SES's. */
  | {
      readonly type: 'mail.bounced' | 'mail.complained'
      readonly userId: string | undefined
      readonly template: string | undefined
      readonly reason: string | undefined
    }
  /** The email job could not be written. Its cause has happened nevertheless. */
  | { readonly type: 'mail.lost'; readonly userId: string; readonly job: EmailJob['type'] }
  | { readonly type: 'session.grace_used'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.reuse_detected'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.revoked'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.all_revoked'; readonly userId: string }
  /** All sessions have ended, but their items could not be deleted. TTL removes them. */
  | { readonly type: 'session.left_to_expire'; readonly userId: string }
  /** The account is deleted, but a table of user data still has items of the user. */
  | { readonly type: 'user.data_left'; readonly userId: string; readonly table: string }
  /** Key ids that were created or retired; `name` is the key set. */
  | {
      readonly type: 'keys.rotated'
      readonly name: string
      readonly made: readonly string[]
      readonly retired: readonly string[]
    }
  /** The command line set, replaced or removed the client secret of a provider. */
  | { readonly type: 'provider.secret_set' | 'provider.secret_removed'; readonly provider: string }
  /**
   * `secret.refused`: a logged-in user's password, a mailed token or code, or a refresh token was presented and is not valid
   * (ASVS 16.3.1). `access.denied`: refused for a missing or invalid access token, a missing role, a limit, an ended session, a
   * foreign origin, or a request that bypassed the trusted proxy (ASVS 16.3.2).
   */
  | ({
      readonly type: 'secret.refused' | 'access.denied'
      readonly route: string
      readonly reason: RefusalCode
    } & Subject)

/** Refusals that do not suggest an attack: the request is invalid, too late or not possible. */
type Unlogged =
  | 'invalid_request'
  | 'unsupported_media_type'
  | 'payload_too_large'
  | 'not_found'
  | 'conflict'
  | 'last_administrator'
  | 'own_account'
  | 'email_taken'
  | 'email_changed_recently'
  | 'weak_password'
  | 'second_factor_missing'
  | 'last_way_in'
  | 'passkey_exists'
  | 'too_many_passkeys'
  | 'too_many_identities'
  | 'identity_taken'
  | 'not_enabled'
  | 'unavailable'

/**
 * The event for each other refusal (ASVS 16.3.1, 16.3.2). A new code does not compile until one of the two lists has it. The
 * error handler records `secret.refused` and `access.denied`; the step that has the details records the others.
 */
export const refusalEvents: Readonly<Record<Exclude<RefusalCode, Unlogged>, SecurityEvent['type']>> = {
  unauthorized: 'access.denied',
  forbidden: 'access.denied',
  untrusted_proxy: 'access.denied',
  origin_not_allowed: 'access.denied',
  session_ended: 'access.denied',
  too_many_attempts: 'access.denied',
  reauthentication_required: 'access.denied',
  invalid_auth_session: 'secret.refused',
  invalid_link_session: 'secret.refused',
  link_required: 'access.denied',
  email_required: 'access.denied',
  signup_closed: 'access.denied',
  invalid_passkey: 'secret.refused',
  second_factor_required: 'login.second_factor_required',
  second_factor_enrolment_required: 'access.denied',
  wrong_password: 'secret.refused',
  invalid_refresh_token: 'secret.refused',
  invalid_link: 'secret.refused',
  invalid_code: 'secret.refused',
  invalid_credentials: 'login.failed',
  account_disabled: 'login.failed',
  email_not_verified: 'login.failed',
  refresh_token_reused: 'session.reuse_detected',
}

export interface SecurityEvents {
  record(event: SecurityEvent): void
}
