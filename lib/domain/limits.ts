import type { Seconds } from './lifetimes.ts'

/** So many in so many seconds; for `locks`, so many free failures, and how long a lock becomes at most. */
export interface Budget {
  readonly most: number
  readonly seconds: Seconds
}

/**
 * Whom a limit counts: the `ip`, the `email` in the body, the `user` who asks, the `target` user of the path, and what only a
 * step knows. A `mailbox` is counted without telling the caller.
 */
export type Per = 'ip' | 'email' | 'user' | 'target' | 'account' | 'code' | 'session' | 'mailbox'

export interface Limit extends Budget {
  readonly per: Per
  /** Not a window: each failure over `most` locks for twice as long as the one before, from 1 s on. */
  readonly locks?: true
}

const MINUTE = 60
const HOUR = 3600

/** Every limit there is. A contract names those of its route; a setting of the same name changes the figures. */
export const limits = {
  signupPerIp: { per: 'ip', most: 10, seconds: HOUR },
  signupMails: { per: 'mailbox', most: 3, seconds: 15 * MINUTE },
  mailsPerRecipient: { per: 'mailbox', most: 20, seconds: 24 * HOUR },
  resetsPerRecipient: { per: 'mailbox', most: 1, seconds: HOUR },
  loginPerIp: { per: 'ip', most: 100, seconds: 15 * MINUTE },
  loginFailures: { per: 'account', most: 5, seconds: 15 * MINUTE, locks: true },
  refreshPerSession: { per: 'session', most: 60, seconds: MINUTE },
  passwordPerUser: { per: 'user', most: 10, seconds: HOUR },
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
  codeTries: { per: 'code', most: 5, seconds: 10 * MINUTE },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limits

/** The setting that changes a limit's figures: `loginPerIp` is LOGIN_PER_IP. */
export const settingOf = (name: string): string =>
  name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()

export type Limits = { readonly [K in LimitName]: Budget }

/** The limits that can be counted from the request alone, before the steps of a route. */
export type RequestLimit = {
  [K in LimitName]: (typeof limits)[K]['per'] extends 'ip' | 'email' | 'user' | 'target' ? K : never
}[LimitName]

/** How long an account is locked after so many failures in a row: 1 s, doubling. */
export const lockSeconds = (failures: number, { most, seconds }: Budget): Seconds =>
  failures < most ? 0 : Math.min(2 ** (failures - most), seconds)
