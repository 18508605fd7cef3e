import type { Seconds } from './lifetimes.ts'

/** Who a request acts for, as the access token says and the authorizer has checked. */
export interface Principal {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  /** The version in the access token: what is written for the principal must hold against this one. */
  readonly claimsVersion: number
  readonly expiresAt: Seconds
}
