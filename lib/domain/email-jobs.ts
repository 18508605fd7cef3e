import type { Seconds } from './lifetimes.ts'

/**
 * A job for the mail function. It says what happened, not what to write. The mail function looks up whether the address has an
 * account, so the handler's answer and time do not depend on it. No job contains a token.
 */
export type EmailJob =
  | { readonly type: 'signed_up'; readonly userId: string; readonly withheld?: true | undefined }
  | {
      readonly type: 'sign_up_attempted'
      readonly email: string
      /** Made by `hashForSignUp`, so that it shows whether the password is that of the first sign-up. */
      readonly passwordHash?: string | undefined
      /** The mailbox has reached its budget: the job is processed, but no mail is sent. */
      readonly withheld?: true | undefined
    }
  | { readonly type: 'verification_requested'; readonly email: string }
  | { readonly type: 'reset_requested'; readonly email: string }
  | { readonly type: 'reset_started'; readonly userId: string }
  | { readonly type: 'email_change_undone'; readonly userId: string }
  /** The account has got its first factor. */
  | { readonly type: 'first_factor_added'; readonly userId: string; readonly at: Seconds }
  | { readonly type: 'factor_undone'; readonly userId: string }
  /** An administrator removed every factor of the account. */
  | { readonly type: 'factors_reset'; readonly userId: string }
  | { readonly type: 'email_login_requested'; readonly email: string; readonly challengeHash: string }
  | {
      readonly type: 'email_change_requested'
      readonly userId: string
      readonly newEmail: string
      readonly sessionVersion: number
      /** Earlier versions did not write it. */
      readonly at?: Seconds | undefined
    }
  /** Digits for a link session. `locale` is the language of a new account: `storedLocale` reads it. */
  | {
      readonly type: 'social_code_requested'
      readonly linkSessionHash: string
      readonly email: string
      readonly locale: string
    }
  /** Digits for this session of a user who has nothing else to prove. */
  | { readonly type: 'reauthentication_requested'; readonly userId: string; readonly sessionId: string }
  | NotificationJob

/** The account no longer has this address, or is gone. So the job contains its language, too: `storedLocale` reads it. */
interface Addressed {
  readonly email: string
  readonly locale?: string | undefined
}

interface FactorChanged {
  readonly userId: string
  readonly at: Seconds
  readonly factor: 'totp' | 'passkey'
}

interface IdentityChanged {
  readonly userId: string
  readonly at: Seconds
  /** The provider's name in PROVIDERS. */
  readonly provider: string
  readonly accountName?: string | undefined
}

export type NotificationJob =
  | {
      readonly type: 'new_device'
      readonly userId: string
      readonly at: Seconds
      readonly device: string
      /** The session's version. A device of a former version is not remembered. */
      readonly sessionVersion?: number | undefined
      readonly userAgent: string
      readonly ip: string
    }
  | { readonly type: 'password_changed'; readonly userId: string; readonly at: Seconds }
  | (Addressed & {
      readonly type: 'email_changed'
      readonly userId: string
      readonly at: Seconds
      readonly newEmail: string
    })
  | { readonly type: 'token_reused'; readonly userId: string; readonly at: Seconds }
  | (FactorChanged & { readonly type: 'factor_added' })
  | (FactorChanged & { readonly type: 'factor_removed' })
  | (IdentityChanged & { readonly type: 'identity_linked' })
  | (IdentityChanged & { readonly type: 'identity_unlinked' })
  | {
      readonly type: 'recovery_code_used'
      readonly userId: string
      readonly at: Seconds
      /** How many codes are left. */
      readonly left: number
    }
  /** Several second proofs have failed after a right first one. */
  | { readonly type: 'second_factor_failed'; readonly userId: string; readonly at: Seconds }
  | (Addressed & {
      readonly type: 'account_deleted'
      readonly userId: string
      readonly at: Seconds
      readonly by: 'owner' | 'administrator'
    })
