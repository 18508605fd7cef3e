/** The mails that notify a user of changes of the account. */
export const notifications = [
  'new_device',
  'password_changed',
  'email_changed',
  'token_reused',
  'account_deleted',
  'factor_added',
  'factor_removed',
  'recovery_code_used',
  'second_factor_failed',
  'identity_linked',
  'identity_unlinked',
] as const
export type Notification = (typeof notifications)[number]

/** Which sessions need a second factor: none, those that use the role `admin`, or all. */
export const secondFactorPolicies = ['none', 'admin', 'all'] as const
export type SecondFactorFor = (typeof secondFactorPolicies)[number]

/** Whether people can create accounts themselves, by email or with a provider. */
export const signUpPolicies = ['open', 'closed'] as const

/** What the deployer has decided. */
export interface Policy {
  /** Mail is configured, so features that need mail are offered. */
  readonly sendsMail: boolean
  /** Login requires a verified email, and sign-up does not reveal whether the email has an account. */
  readonly requireVerifiedEmail: boolean
  /** How many days an account waits for its verification, where that is required. */
  readonly unverifiedAccountDays: number
  /** Whether users can log in by email, without a password. */
  readonly emailLogin: boolean
  readonly signUp: (typeof signUpPolicies)[number]
  /** The providers of social login, in the order of PROVIDERS. `label` is what people read, such as `Google`. */
  readonly providers: readonly { readonly name: string; readonly label: string }[]
  /** Who must have a second factor. */
  readonly secondFactorFor: SecondFactorFor
  readonly notifications: readonly Notification[]
  /** The minimum length of a new password, in characters. */
  readonly passwordMinLength: number
  /** Used in mails; passwords must not consist of it. */
  readonly productName: string
}
