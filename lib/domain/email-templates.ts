import type { Seconds } from './lifetimes.ts'

/** Every mail that there is, and what stands in it. A `token` is raw: it is made, mailed and forgotten. */
export type EmailTemplate =
  /** To a new address: open the link, and the account is yours. */
  | { readonly kind: 'verify_email'; readonly token: string; readonly hours: number }
  /** To an address that has an account: somebody tried to open another. Offers login and reset, without a token. */
  | { readonly kind: 'already_registered' }
  /** The same, where the account was never confirmed: whoever reads this sets its password anew. */
  | { readonly kind: 'finish_sign_up'; readonly token: string; readonly minutes: number }
  | { readonly kind: 'reset_password'; readonly token: string; readonly minutes: number }
  /** An administrator wants the user to choose a new password. */
  | { readonly kind: 'reset_started'; readonly token: string; readonly minutes: number }
  /** A change of email was undone, and no password opens the account until this token has set one. */
  | { readonly kind: 'email_kept'; readonly token: string; readonly minutes: number }
  /** To the address that is to be the new one. `replaces`: an account that nobody confirmed has it, and goes. */
  | {
      readonly kind: 'confirm_new_email'
      readonly token: string
      readonly hours: number
      readonly replaces: boolean
    }
  /** To the address that is to be the old one; `token` undoes the change. */
  | {
      readonly kind: 'email_change_requested'
      readonly newEmail: string
      readonly token: string
      readonly days: number
    }
  /** Login by mail: a link, and the same as digits for a device without a browser. */
  | { readonly kind: 'email_login'; readonly token: string; readonly code: string; readonly minutes: number }
  | { readonly kind: 'new_device'; readonly at: Seconds; readonly userAgent: string; readonly ip: string }
  | { readonly kind: 'password_changed'; readonly at: Seconds }
  /** To the old address, once the change is made. */
  | { readonly kind: 'email_changed'; readonly at: Seconds; readonly newEmail: string; readonly days: number }
  /** An old refresh token came back, and its session was ended. */
  | { readonly kind: 'token_reused'; readonly at: Seconds }
  /** To the address that the account had. */
  | { readonly kind: 'account_deleted'; readonly at: Seconds; readonly by: 'owner' | 'administrator' }
