import type { Seconds } from './lifetimes.ts'

/**
 * What a door leaves to the function that mails. It says what happened, not what to write: whether an address is known is
 * found out there, out of sight and out of the time of the answer. No job holds a token.
 */
export type EmailJob =
  | { readonly type: 'signed_up'; readonly userId: string; readonly withheld?: true | undefined }
  | {
      readonly type: 'sign_up_attempted'
      readonly email: string
      /** By `hashForSignUp`, so that it is told whether the password is the one of before. */
      readonly passwordHash?: string | undefined
      /** The mailbox has had enough mails: what follows from the sign-up is done, and none is sent. */
      readonly withheld?: true | undefined
    }
  | { readonly type: 'verification_requested'; readonly email: string }
  | { readonly type: 'reset_requested'; readonly email: string }
  | { readonly type: 'reset_started'; readonly userId: string }
  | { readonly type: 'email_change_undone'; readonly userId: string }
  | { readonly type: 'email_login_requested'; readonly email: string; readonly challengeHash: string }
  | {
      readonly type: 'email_change_requested'
      readonly userId: string
      readonly newEmail: string
      readonly sessionVersion: number
    }
  | NotificationJob

export type NotificationJob =
  | {
      readonly type: 'new_device'
      readonly userId: string
      readonly at: Seconds
      readonly device: string
      /** Of the session: what a rescue has ended since is remembered no more. */
      readonly sessionVersion?: number | undefined
      readonly userAgent: string
      readonly ip: string
    }
  | { readonly type: 'password_changed'; readonly userId: string; readonly at: Seconds }
  | {
      readonly type: 'email_changed'
      readonly userId: string
      readonly at: Seconds
      readonly email: string
      readonly newEmail: string
    }
  | { readonly type: 'token_reused'; readonly userId: string; readonly at: Seconds }
  /** The account is gone when this is read, so the job has its address. */
  | {
      readonly type: 'account_deleted'
      readonly userId: string
      readonly at: Seconds
      readonly email: string
      readonly by: 'owner' | 'administrator'
    }
