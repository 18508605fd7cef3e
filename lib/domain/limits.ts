import type { Seconds } from './lifetimes.ts'

/** `most` in `seconds`. With `locks`: `most` failures are free, and a lock lasts `seconds` at most. */
export interface Budget {
  readonly most: number
  readonly seconds: Seconds
}

/**
 * What a limit counts by: the `ip`, the `email` in the body, the `user` who asks, the `target` user of the path, and others
 * that only a step knows. The caller is not told when a `mailbox` limit is reached.
 */
export type Per = 'ip' | 'email' | 'user' | 'target' | 'account' | 'code' | 'session' | 'mailbox'

export interface Limit extends Budget {
  readonly per: Per
  /** Not a window: each failure over `most` locks the account, first for 1 s, then for twice as long each time. */
  readonly locks?: true
}

const MINUTE = 60
const HOUR = 3600

/** Every limit. A contract names those of its route; a setting of the same name changes the values. */
export const limits = {
  signupPerIp: { per: 'ip', most: 10, seconds: HOUR },
  signupMails: { per: 'mailbox', most: 3, seconds: 15 * MINUTE },
  mailsPerRecipient: { per: 'mailbox', most: 20, seconds: 24 * HOUR },
  resetsPerRecipient: { per: 'mailbox', most: 1, seconds: HOUR },
  loginPerIp: { per: 'ip', most: 100, seconds: 15 * MINUTE },
  loginFailures: { per: 'account', most: 5, seconds: 15 * MINUTE, locks: true },
  passkeyOptionsPerIp: { per: 'ip', most: 200, seconds: 15 * MINUTE },
  socialPerIp: { per: 'ip', most: 100, seconds: 15 * MINUTE },
  refreshPerSession: { per: 'session', most: 60, seconds: MINUTE },
  passwordPerUser: { per: 'user', most: 10, seconds: HOUR },
  // Not counted: the undo link, a reset, administrators, the factor that a login asks for, and unlinking what a thief has linked. They
  // must stay possible.
  factorChangesPerUser: { per: 'user', most: 20, seconds: 24 * HOUR },
  reauthenticationMailsPerUser: { per: 'user', most: 3, seconds: 15 * MINUTE },
  endSessionsPerUser: { per: 'user', most: 5, seconds: HOUR },
  resendPerIp: { per: 'ip', most: 20, seconds: HOUR },
  resendPerEmail: { per: 'email', most: 3, seconds: 15 * MINUTE },
  forgotPerIp: { per: 'ip', most: 20, seconds: HOUR },
  forgotPerEmail: { per: 'email', most: 3, seconds: 15 * MINUTE },
  resetPerUser: { per: 'target', most: 3, seconds: 15 * MINUTE },
  emailChangePerEmail: { per: 'email', most: 3, seconds: 15 * MINUTE },
  emailLoginPerIp: { per: 'ip', most: 20, seconds: HOUR },
  emailLoginPerEmail: { per: 'email', most: 3, seconds: 15 * MINUTE },
  codePerEmail: { per: 'account', most: 10, seconds: HOUR },
  totpPerHour: { per: 'account', most: 10, seconds: HOUR },
  totpPerDay: { per: 'account', most: 30, seconds: 24 * HOUR },
  secondStepFailures: { per: 'mailbox', most: 2, seconds: 24 * HOUR },
  secondStepMails: { per: 'mailbox', most: 1, seconds: 24 * HOUR },
  codeTries: { per: 'code', most: 5, seconds: 10 * MINUTE },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limits

/** The environment variable that sets a limit or a table's name: `loginPerIp` is LOGIN_PER_IP. */
export const settingOf = (name: string): string =>
  name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()

export type Limits = { readonly [K in LimitName]: Budget }

/** The limits that can be counted from the request alone, before the steps of a route. */
export type RequestLimit = {
  [K in LimitName]: (typeof limits)[K]['per'] extends 'ip' | 'email' | 'user' | 'target' ? K : never
}[LimitName]

/** How long an account is locked after this number of failures in a row: 1 s, doubling. */
export const lockSeconds = (failures: number, { most, seconds }: Budget): Seconds =>
  failures < most ? 0 : Math.min(2 ** (failures - most), seconds)
