import { ApiError } from './api-error.ts'

/** Waits before a refresh is sent again that did not reach the server, or that the server could not carry out. */
const BACKOFF_MS = [500, 1_500, 4_000]
/** A server that asks for a longer wait gets no second refresh from the same call. */
const LONGEST_PAUSE_MS = 10_000

/** The API could not be reached, or could not do its work: nothing is known about the session. */
export const isOutage = ({ code }: ApiError): boolean =>
  ['network_error', 'unavailable', 'internal_error'].includes(code)

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Refreshes again after an outage, and after a login or logout that interrupted the refresh. */
export async function withRetries<T>(
  refresh: () => Promise<T | 'superseded'>,
): Promise<T | ApiError<'unavailable'>> {
  for (let attempt = 0; ; attempt++) {
    const result = await refresh()
    const wait = BACKOFF_MS[attempt]
    if (result === 'superseded') {
      if (wait === undefined) return new ApiError('unavailable', 'Logins and logouts interrupted the refresh')
      continue
    }
    if (!(result instanceof ApiError && isOutage(result)) || wait === undefined) return result
    const asked = result.retryAfter * 1000
    if (asked > LONGEST_PAUSE_MS) return result
    // Jitter keeps clients apart after an outage. Nothing is locked meanwhile.
    await pause(Math.max(wait * (0.5 + Math.random()), asked))
  }
}
