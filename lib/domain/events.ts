import type { RefusalCode } from './refusal.ts'
import type { Role } from './users.ts'

/** What is worth an auditor's attention. No field can hold a token, a password or a code. */
export type SecurityEvent =
  | { readonly type: 'user.created' | 'user.deleted'; readonly userId: string }
  | { readonly type: 'user.disabled' | 'user.enabled'; readonly userId: string }
  | { readonly type: 'user.roles_changed'; readonly userId: string; readonly roles: readonly Role[] }
  | { readonly type: 'login.succeeded'; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: 'login.failed'
      readonly userId?: string
      readonly reason: 'unknown_email' | 'wrong_password' | 'account_disabled'
    }
  | { readonly type: 'password.changed'; readonly userId: string; readonly sessionId: string }
  /** A logged-in user, asked for the password once more, did not have it. */
  | { readonly type: 'password.refused'; readonly userId: string }
  | { readonly type: 'session.grace_used'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.reuse_detected'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.revoked'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.all_revoked'; readonly userId: string }
  /** All sessions are dead, but their items could not be deleted, and wait for their TTL. */
  | { readonly type: 'session.left_to_expire'; readonly userId: string }
  /** Turned away: without a good token, without the role, or with a cookie from a foreign page (ASVS 16.3.2). */
  | { readonly type: 'access.denied'; readonly route: string; readonly reason: RefusalCode }

export interface SecurityEvents {
  record(event: SecurityEvent): void
}
