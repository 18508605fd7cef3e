import type { AccessToken } from './shared-state.ts'

/** A token is renewed this long before it ends, or in the last fifth of its life if that is less. */
const RENEW_MS = 30_000

/** A moment on both clocks. */
export interface Moment {
  readonly monotonic: number
  readonly wall: number
}

export const now = (): Moment => ({ monotonic: performance.now(), wall: Date.now() })

/** The access token of this tab, and how long it is still valid. */
export function heldToken() {
  let held: { readonly token: AccessToken; readonly since: Moment } | undefined
  /** The clock that says more counts: the monotonic one stops during sleep, the wall clock may be set back. */
  const left = () =>
    held
      ? held.token.left - Math.max(performance.now() - held.since.monotonic, Date.now() - held.since.wall)
      : Number.NEGATIVE_INFINITY
  return {
    get: () => held?.token,
    set(token: AccessToken, since: Moment): void {
      held = { token, since }
    },
    clear(): void {
      held = undefined
    },
    /** In milliseconds. */
    left,
    /** Whether it is another one than `stale`, and needs no renewal yet. */
    isRenewed: (stale: string | undefined) =>
      held?.token.value !== stale && left() > Math.min(RENEW_MS, (held?.token.life ?? 0) / 5),
  }
}
