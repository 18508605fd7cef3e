import type { Seconds } from './lifetimes.ts'

interface ProviderAccount {
  readonly provider: string
  readonly accountName?: string | undefined
}

/** Every mail and its values. A `token` is raw: it is created, mailed and not kept. */
export type EmailTemplate =
  /** To a new address: the link verifies it. */
  | { readonly kind: 'verify_email'; readonly token: string; readonly hours: number }
  /** To an address that has an account: somebody tried to create another. Offers login and reset, without a token. */
  | { readonly kind: 'already_registered' }
  /** To an unverified account without a password: its token sets the first one. */
  | { readonly kind: 'finish_sign_up'; readonly token: string; readonly hours: number }
  | { readonly kind: 'reset_password'; readonly token: string; readonly minutes: number }
  /** An administrator asks the user to choose a new password. */
  | { readonly kind: 'reset_started'; readonly token: string; readonly minutes: number }
  /** A change of email was undone. The password is disabled until this token sets a new one. */
  | { readonly kind: 'email_kept'; readonly token: string; readonly minutes: number }
  /** To the new address of a change. `replaces`: an unverified account has the address and will be removed. */
  | {
      readonly kind: 'verify_new_email'
      readonly token: string
      readonly hours: number
      readonly replaces: boolean
    }
  /** To the current address of a change; `token` undoes it. */
  | {
      readonly kind: 'email_change_requested'
      readonly newEmail: string
      readonly token: string
      readonly days: number
    }
  /** Email login: a link, and the same as digits for a device without a browser. */
  | { readonly kind: 'email_login'; readonly token: string; readonly code: string; readonly minutes: number }
  /** Digits for a link session, never a link: somebody else may have begun that login. The provider is named as people know it. */
  | ({ readonly kind: 'social_code'; readonly code: string; readonly minutes: number } & ProviderAccount)
  /** Digits for the session of a user who has nothing else to prove. */
  | { readonly kind: 'reauthentication_code'; readonly code: string; readonly minutes: number }
  /** The account has its first second factor; `token` undoes it. */
  | {
      readonly kind: 'first_factor_added'
      readonly at: Seconds
      readonly token: string
      readonly days: number
    }
  /** The first factor was undone. The password is disabled until this token sets a new one. */
  | { readonly kind: 'factor_undone'; readonly token: string; readonly minutes: number }
  /** An administrator removed every factor. The password is disabled until this token sets a new one. */
  | { readonly kind: 'factors_reset'; readonly token: string; readonly minutes: number }
  | { readonly kind: 'new_device'; readonly at: Seconds; readonly userAgent: string; readonly ip: string }
  | { readonly kind: 'password_changed'; readonly at: Seconds }
  /** To the former address after the change. */
  | { readonly kind: 'email_changed'; readonly at: Seconds; readonly newEmail: string; readonly days: number }
  /** An old refresh token was presented, and its session was ended. */
  | { readonly kind: 'token_reused'; readonly at: Seconds }
  | { readonly kind: 'factor_added'; readonly at: Seconds; readonly factor: 'totp' | 'passkey' }
  | { readonly kind: 'factor_removed'; readonly at: Seconds; readonly factor: 'totp' | 'passkey' }
  /** A provider account can log in from now on, or no longer. */
  | ({ readonly kind: 'identity_linked'; readonly at: Seconds } & ProviderAccount)
  | ({ readonly kind: 'identity_unlinked'; readonly at: Seconds } & ProviderAccount)
  /** A recovery code was used; `left` are left. */
  | { readonly kind: 'recovery_code_used'; readonly at: Seconds; readonly left: number }
  /** The first proof was right, and the second step failed several times: somebody may know the password. */
  | { readonly kind: 'second_factor_failed'; readonly at: Seconds }
  /** To the address of the deleted account. */
  | { readonly kind: 'account_deleted'; readonly at: Seconds; readonly by: 'owner' | 'administrator' }
