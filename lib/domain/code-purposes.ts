import type { Seconds } from './lifetimes.ts'

/** The purposes of one-time codes. A code is valid for one purpose only. */
export const purposes = [
  'verify_email',
  'change_email',
  'reset_password',
  'email_login',
  'finish_sign_up',
  'reauthentication',
] as const
export type Purpose = (typeof purposes)[number]

const MINUTE = 60
const DAY = 86_400

/** How long a code lives (OWASP Forgot Password Cheat Sheet; ASVS 6.5.5 for login). */
export const codeSeconds: Readonly<Record<Purpose, Seconds>> = {
  verify_email: DAY,
  change_email: DAY,
  reset_password: 30 * MINUTE,
  email_login: 10 * MINUTE,
  finish_sign_up: DAY,
  reauthentication: 10 * MINUTE,
}
/** How long a changed email can be undone. */
export const UNDO_SECONDS = 7 * DAY
