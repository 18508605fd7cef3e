import { setTimeout as wait } from 'node:timers/promises'
import { runWithSignal } from '../domain/invocation-signal.ts'
import type { Seconds } from '../domain/lifetimes.ts'
import { type Material, materialOf, signingNow } from './key-material.ts'
import type { KeyPath, KeyRing, Keys, Parameters } from './keys.ts'

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
 * Reads keys from the parameter store on first use. A failed read fails its call, and the next call tries again: without a key,
 * nothing is signed or accepted.
 */
export function storedKeys(
  parameters: Pick<Parameters, 'below'>,
  now: () => Seconds,
  random: () => number = Math.random,
): Keys {
  const cache = (path: KeyPath) => {
    const renewedAt = RENEWED_SECONDS - Math.floor(random() * RENEWED_EARLIER_SECONDS)
    return cacheOf(async () => materialOf(path, await parameters.below(path)), now, renewedAt)
  }
  const paths = {
    public: cache('access/public'),
    private: cache('access/private'),
    refresh: cache('refresh'),
    pepper: cache('pepper'),
    keyedHash: cache('keyed-hash'),
    factors: cache('factors'),
    recoveryCodes: cache('recovery-codes'),
  }
  const ring = async (keys: KeyCache, kid?: string): Promise<KeyRing> => {
    const all = await keys(kid)
    return { current: signingOf(all, now()), all: byId(all) }
  }
  return {
    signingKey: async () => signingOf(await paths.private(), now()),
    publicKeys: async (kid) => byId(await paths.public(kid)),
    refreshKeys: (kid) => ring(paths.refresh, kid),
    peppers: (kid) => ring(paths.pepper, kid),
    keyedHashKey: async () => signingOf(await paths.keyedHash(), now()).key,
    factorKeys: (kid) => ring(paths.factors, kid),
    recoveryCodeKeys: (kid) => ring(paths.recoveryCodes, kid),
  }
}

const byId = (keys: readonly Material[]) => new Map(keys.map(({ kid, key }) => [kid, key]))

function signingOf(keys: readonly Material[], now: Seconds): Material {
  const found = signingNow(keys, now)
  if (!found) throw new Error('There is no key that signs yet')
  return found
}

type KeyCache = (kid?: string) => Promise<readonly Material[]>

function cacheOf(read: () => Promise<readonly Material[]>, now: () => Seconds, renewedAt: Seconds): KeyCache {
  let cached: { readonly keys: readonly Material[]; readonly since: Seconds } | undefined
  let reading: { readonly since: Seconds; readonly keys: Promise<readonly Material[]> } | undefined
  let attemptedAt = Number.NEGATIVE_INFINITY
  let lookedAt = Number.NEGATIVE_INFINITY
  const readAgain = () => {
    const since = now()
    attemptedAt = since
    // A read from before the function was frozen may be outdated.
    if (reading && Math.abs(since - reading.since) < RETRY_SECONDS) return reading.keys
    const mine = {
      since,
      // Other invocations share this read, so it must not end with the invocation that started it.
      keys: runWithSignal(undefined, read)
        .then((keys) => {
          if (!cached || cached.since <= since || cached.since > now()) cached = { keys, since }
          return keys
        })
        .finally(() => {
          if (reading === mine) reading = undefined
        }),
    }
    reading = mine
    return mine.keys
  }
  return async (kid) => {
    const at = now()
    const age = cached ? at - cached.since : Number.POSITIVE_INFINITY
    const isKnown = kid === undefined || cached?.keys.some((key) => key.kid === kid) === true
    const looks = !isKnown && Math.abs(at - lookedAt) >= UNKNOWN_SECONDS
    if (looks) lookedAt = at
    // If the clock was set back, the age is unknown.
    if (!cached || age >= CACHED_SECONDS || age < 0) return readAgain()
    const renews = age >= renewedAt && Math.abs(at - attemptedAt) >= RETRY_SECONDS
    if (!looks && !renews) return cached.keys
    const { keys } = cached
    const renewed = readAgain().catch(() => keys)
    // Wait for a new key. A renewal may take longer: the cached keys are valid for another minute.
    return looks ? renewed : Promise.race([renewed, wait(RENEWAL_MS, keys, { ref: false })])
  }
}
