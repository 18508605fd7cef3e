import type { EmailJob } from './email-jobs.ts'
import type { EmailTemplate } from './email-templates.ts'
import type { RefusalCode, Subject } from './refusal.ts'
import type { Role } from './users.ts'

/**
 * What is worth an auditor's attention. `userId` is always the subject, to whom it was done; who did it stands beside it as
 * `actor` (`log.ts`). No field can hold a token, a password or a code.
 */
export type SecurityEvent =
  | { readonly type: 'user.created' | 'user.deleted'; readonly userId: string }
  | { readonly type: 'user.disabled' | 'user.enabled' | 'user.renamed'; readonly userId: string }
  /** A caller with a role read what is stored of others; `userId` where it was of one. */
  | { readonly type: 'user.read'; readonly route: string; readonly userId?: string | undefined }
  /** A user took a copy of what is stored of them. */
  | { readonly type: 'user.exported'; readonly userId: string }
  | { readonly type: 'user.roles_changed'; readonly userId: string; readonly roles: readonly Role[] }
  | { readonly type: 'login.succeeded'; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: 'login.failed'
      readonly userId?: string
      readonly reason: 'unknown_email' | 'wrong_password' | 'account_disabled' | 'email_not_verified'
    }
  /** So many failures in a row that the next try has to wait. */
  | { readonly type: 'login.locked'; readonly userId?: string }
  /** A reset should have lifted the lock, and could not. */
  | { readonly type: 'login.lock_left'; readonly userId: string }
  | { readonly type: 'password.changed'; readonly userId: string; readonly sessionId: string }
  /** No password opens the account until its owner sets one. */
  | {
      readonly type: 'password.voided'
      readonly userId: string
      readonly reason: 'second_sign_up' | 'first_proof' | 'email_change_undone'
    }
  | { readonly type: 'password.breach_check_failed' }
  | { readonly type: 'password.reset' | 'password.reset_started'; readonly userId: string }
  | {
      readonly type: 'email.verified' | 'email.change_requested' | 'email.changed' | 'email.change_undone'
      readonly userId: string
    }
  | { readonly type: 'mail.sent'; readonly userId: string; readonly template: EmailTemplate['kind'] }
  /** It would be more than a recipient is sent. */
  | { readonly type: 'mail.withheld'; readonly userId: string; readonly template: EmailTemplate['kind'] }
  | { readonly type: 'mail.withheld'; readonly userId?: string; readonly job: EmailJob['type'] }
  /** No retry would mend it; `reason` is SES's name for why. */
  | {
      readonly type: 'mail.rejected'
      readonly userId: string
      readonly template: EmailTemplate['kind']
      readonly reason: string
    }
  /** It came back for good, or its reader called it spam: SES sends that address nothing more. The names are SES's. */
  | {
      readonly type: 'mail.bounced' | 'mail.complained'
      readonly userId: string | undefined
      readonly template: string | undefined
      readonly reason: string | undefined
    }
  /** A mail could not be ordered; what it is about has happened. */
  | { readonly type: 'mail.lost'; readonly userId: string; readonly job: EmailJob['type'] }
  | { readonly type: 'session.grace_used'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.reuse_detected'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.revoked'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.all_revoked'; readonly userId: string }
  /** All sessions are dead, but their items could not be deleted, and wait for their TTL. */
  | { readonly type: 'session.left_to_expire'; readonly userId: string }
  /** Keys by their names: what signs next, and what is not accepted any more. */
  | {
      readonly type: 'keys.rotated'
      readonly name: string
      readonly made: readonly string[]
      readonly retired: readonly string[]
    }
  /**
   * `secret.refused`: the password of a logged-in user, a mailed token or code, or a refresh token was shown, and is not good
   * (ASVS 16.3.1). `access.denied`: turned away without a good access token, without the role, over a limit, with a session
   * that has ended, with a cookie from a foreign page, or past the proxy in front (ASVS 16.3.2).
   */
  | ({
      readonly type: 'secret.refused' | 'access.denied'
      readonly route: string
      readonly reason: RefusalCode
    } & Subject)

/** Refusals that say nothing about an attack: a request that is wrong, too late, or not possible. */
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
  | 'not_enabled'
  | 'unavailable'

/**
 * The event that each other refusal leaves (ASVS 16.3.1, 16.3.2): a new code does not compile before it is in either list.
 * The error handler writes `secret.refused` and `access.denied`; the rest are written by the step that knows more.
 */
export const refusalEvents: Readonly<Record<Exclude<RefusalCode, Unlogged>, SecurityEvent['type']>> = {
  unauthorized: 'access.denied',
  forbidden: 'access.denied',
  untrusted_proxy: 'access.denied',
  origin_not_allowed: 'access.denied',
  session_ended: 'access.denied',
  too_many_attempts: 'access.denied',
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
