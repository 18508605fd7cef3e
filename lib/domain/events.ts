/** What is worth an auditor's attention. No field can hold a token, a password or a code. */
export type SecurityEvent =
  | { readonly type: 'user.created'; readonly userId: string }
  | { readonly type: 'login.succeeded'; readonly userId: string; readonly sessionId: string }
  | {
      readonly type: 'login.failed'
      readonly userId?: string
      readonly reason: 'unknown_email' | 'wrong_password' | 'account_disabled'
    }
  | { readonly type: 'session.grace_used'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.reuse_detected'; readonly userId: string; readonly sessionId: string }
  | { readonly type: 'session.revoked'; readonly userId: string; readonly sessionId: string }

export interface SecurityEvents {
  record(event: SecurityEvent): void
}
