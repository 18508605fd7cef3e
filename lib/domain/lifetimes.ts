/** Epoch seconds, whole. */
export type Seconds = number

/** How long things live, in seconds. */
export interface Lifetimes {
  readonly accessTokenSeconds: number
  readonly sessionIdleSeconds: number
  readonly sessionAbsoluteSeconds: number
  readonly refreshGraceSeconds: number
}

/** The hard cap of every access token, whatever the setting. */
export const LONGEST_ACCESS_TOKEN_SECONDS = 3600
/** The hard cap of every family of refresh tokens: 90 days. */
export const LONGEST_SESSION_SECONDS = 90 * 86_400
/** How long others may keep our set of public keys without asking again. */
export const JWKS_MAX_AGE_SECONDS = 3600
/** How far the clocks of two machines are trusted to agree. */
const CLOCK_SKEW_SECONDS = 300

/** When the denylist may forget a family: once the last access token that it could have got is dead. */
export const deniedUntil = (familyEndsAt: Seconds): Seconds =>
  familyEndsAt + LONGEST_ACCESS_TOKEN_SECONDS + CLOCK_SKEW_SECONDS
