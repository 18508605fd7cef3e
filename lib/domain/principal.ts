import type { Level } from './assurance.ts'
import type { Seconds } from './lifetimes.ts'

/** The user whom a request acts for, from a verified access token. */
export interface Principal {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  /** Roles of the account that the session lacks a second factor for. Only ever a reason for a refusal. */
  readonly withheldRoles?: readonly string[] | undefined
  /** The claims version of the access token: writes for the principal are conditioned on it. */
  readonly claimsVersion: number
  readonly expiresAt: Seconds
  /** When the user last proved who they are (RFC 9470). */
  readonly authTime: Seconds
  readonly acr: Level
}
