/** The mails that tell a user what happened to the account. */
export const notifications = [
  'new_device',
  'password_changed',
  'email_changed',
  'token_reused',
  'account_deleted',
] as const
export type Notification = (typeof notifications)[number]

/** What whoever deploys has decided. */
export interface Policy {
  /** There is a sender: what needs mail is offered. */
  readonly sendsMail: boolean
  /** Nobody logs in before they have confirmed their email, and a sign-up tells nobody whether it was known. */
  readonly requireVerifiedEmail: boolean
  /** So long an account waits for its email to be confirmed, where that is required. */
  readonly unconfirmedAccountDays: number
  /** Whether a mail may stand in for a password. */
  readonly emailLogin: boolean
  readonly notifications: readonly Notification[]
  /** Characters of a new password, at least. */
  readonly passwordMinLength: number
  /** As it stands in mails; also a word that no password may be. */
  readonly productName: string
}
