import { setTimeout as wait } from 'node:timers/promises'
import { runWithSignal } from '../domain/invocation-signal.ts'
import type { Seconds } from '../domain/lifetimes.ts'

/** The maximum age of cached keys: a revoked key is unusable everywhere after this time. */
const CACHED_SECONDS = 300
/**
 * Keys are renewed before that, so that a short outage of the store fails no request. The age varies, so that functions that
 * started together do not read together.
 */
const RENEWED_SECONDS = 240
const RENEWED_EARLIER_SECONDS = 60
/** How long a call waits for a renewal, which then continues for the next call. */
const RENEWAL_MS = 300
/** An unknown `kid` may be a new key. This limits the reads that forged tokens can cause. */
const UNKNOWN_SECONDS = 60
/** After a failed read, calls wait this long before the next attempt. An older pending read is abandoned. */
const RETRY_SECONDS = 10

/**
 * Keeps what is read from the parameter store. `fits` says whether the value has what the caller looks for; if it does not, the
 * value is read again, at most once a minute.
 */
export function cachedParameters<T>(
  read: () => Promise<T>,
  now: () => Seconds,
  random: () => number = Math.random,
): (fits?: (value: T) => boolean) => Promise<T> {
  const renewedAt = RENEWED_SECONDS - Math.floor(random() * RENEWED_EARLIER_SECONDS)
  let cached: { readonly value: T; readonly since: Seconds } | undefined
  let reading: { readonly since: Seconds; readonly value: Promise<T> } | undefined
  let attemptedAt = Number.NEGATIVE_INFINITY
  let lookedAt = Number.NEGATIVE_INFINITY
  const readAgain = () => {
    const since = now()
    attemptedAt = since
    // A read from before the function was frozen may be outdated.
    if (reading && Math.abs(since - reading.since) < RETRY_SECONDS) return reading.value
    const mine = {
      since,
      // Other invocations share this read, so it must not end with the invocation that started it.
      value: runWithSignal(undefined, read)
        .then((value) => {
          if (!cached || cached.since <= since || cached.since > now()) cached = { value, since }
          return value
        })
        .finally(() => {
          if (reading === mine) reading = undefined
        }),
    }
    reading = mine
    return mine.value
  }
  return async (fits) => {
    const at = now()
    const age = cached ? at - cached.since : Number.POSITIVE_INFINITY
    const isKnown = fits === undefined || (cached !== undefined && fits(cached.value))
    const looks = !isKnown && Math.abs(at - lookedAt) >= UNKNOWN_SECONDS
    if (looks) lookedAt = at
    // If the clock was set back, the age is unknown.
    if (!cached || age >= CACHED_SECONDS || age < 0) return readAgain()
    const renews = age >= renewedAt && Math.abs(at - attemptedAt) >= RETRY_SECONDS
    if (!looks && !renews) return cached.value
    const { value } = cached
    const renewed = readAgain().catch(() => value)
    // Wait for a new key. A renewal may take longer: the cached keys are valid for another minute.
    return looks ? renewed : Promise.race([renewed, wait(RENEWAL_MS, value, { ref: false })])
  }
}
