/** Epoch seconds, whole. */
export type Seconds = number

/** Lifetimes in seconds. */
export interface Lifetimes {
  readonly accessTokenSeconds: number
  readonly sessionIdleSeconds: number
  readonly sessionAbsoluteSeconds: number
  readonly refreshGraceSeconds: number
  /** How old the last proof may be where a route asks for a fresh one (RFC 9470). */
  readonly freshSeconds: number
}

/** The longest lifetime of an access token, whatever the setting. */
export const LONGEST_ACCESS_TOKEN_SECONDS = 3600
/** The longest lifetime of a token family: 90 days. */
export const LONGEST_SESSION_SECONDS = 90 * 86_400
/** How long a verifier may cache our public keys. */
export const JWKS_MAX_AGE_SECONDS = 3600
/** The largest assumed difference between the clocks of two machines. */
const CLOCK_SKEW_SECONDS = 300

/** When the denylist may forget a family: after its last access token has expired. */
export const deniedUntil = (familyEndsAt: Seconds): Seconds =>
  familyEndsAt + LONGEST_ACCESS_TOKEN_SECONDS + CLOCK_SKEW_SECONDS
