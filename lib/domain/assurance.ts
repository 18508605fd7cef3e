import type { Seconds } from './lifetimes.ts'

/** The authentication assurance levels, in the words of NIST SP 800-63B-4: one proof, or two kinds of proof. */
export const levels = ['aal1', 'aal2'] as const
export type Level = (typeof levels)[number]

/** How a session was opened. Refreshes copy it. Re-authentication alone moves `authTime`. */
export interface Assurance {
  /** When the user last proved who they are. */
  readonly authTime: Seconds
  /** The methods of the proof (RFC 8176). `email` is our own: a link or digits that were mailed. */
  readonly amr: readonly string[]
  readonly acr: Level
}
