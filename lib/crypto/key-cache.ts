import { setTimeout as wait } from 'node:timers/promises'
import { runWithSignal } from '../domain/invocation-signal.ts'
import type { Seconds } from '../domain/lifetimes.ts'
import { type Material, materialOf, signingNow } from './key-material.ts'
import type { KeyPath, KeyRing, Keys, Parameters } from './keys.ts'

/** What is held may be so old, and no older: a key that was revoked is dead everywhere by then. */
const HELD_SECONDS = 300
/**
 * It is read again before, so that a store which fails for a moment fails no request; each at another age, so that functions
 * that began at once do not all ask at once.
 */
const RENEWED_SECONDS = 240
const RENEWED_EARLIER_SECONDS = 60
/** How long a call waits for a renewal. It goes on meanwhile, for the next one. */
const RENEWAL_MS = 300
/** A `kid` that is not known may be new; whoever sends nonsense must not make us ask each time. */
const UNKNOWN_SECONDS = 60
/** A read that failed is not tried again at each call; one so old is not waited for. */
const RETRIED_SECONDS = 10

/**
 * Keys from where parameters are kept, read when first asked for. A failed read fails its call and is tried again by the
 * next one: nothing is signed or accepted with what could not be read.
 */
export function storedKeys(
  parameters: Pick<Parameters, 'below'>,
  now: () => Seconds,
  random: () => number = Math.random,
): Keys {
  const cached = (path: KeyPath) => {
    const renewedAt = RENEWED_SECONDS - Math.floor(random() * RENEWED_EARLIER_SECONDS)
    return holding(async () => materialOf(path, await parameters.below(path)), now, renewedAt)
  }
  const paths = {
    public: cached('access/public'),
    private: cached('access/private'),
    refresh: cached('refresh'),
    pepper: cached('pepper'),
    keyedHash: cached('keyed-hash'),
  }
  const ring = async (keys: Holding, kid?: string): Promise<KeyRing> => {
    const all = await keys(kid)
    return { current: signingOf(all, now()), all: byId(all) }
  }
  return {
    signingKey: async () => signingOf(await paths.private(), now()),
    publicKeys: async (kid) => byId(await paths.public(kid)),
    refreshKeys: (kid) => ring(paths.refresh, kid),
    peppers: (kid) => ring(paths.pepper, kid),
    keyedHashKey: async () => signingOf(await paths.keyedHash(), now()).key,
  }
}

const byId = (keys: readonly Material[]) => new Map(keys.map(({ kid, key }) => [kid, key]))

function signingOf(keys: readonly Material[], now: Seconds): Material {
  const found = signingNow(keys, now)
  if (!found) throw new Error('There is no key that signs yet')
  return found
}

type Holding = (kid?: string) => Promise<readonly Material[]>

function holding(read: () => Promise<readonly Material[]>, now: () => Seconds, renewedAt: Seconds): Holding {
  let held: { readonly keys: readonly Material[]; readonly since: Seconds } | undefined
  let reading: { readonly since: Seconds; readonly keys: Promise<readonly Material[]> } | undefined
  let triedAt = Number.NEGATIVE_INFINITY
  let lookedAt = Number.NEGATIVE_INFINITY
  const readAgain = () => {
    const since = now()
    triedAt = since
    // One that was begun before this function was frozen may say what was true then.
    if (reading && Math.abs(since - reading.since) < RETRIED_SECONDS) return reading.keys
    const mine = {
      since,
      // Other invocations wait for it too, so that it does not end with the one that began it.
      keys: runWithSignal(undefined, read)
        .then((keys) => {
          if (!held || held.since <= since || held.since > now()) held = { keys, since }
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
    const age = held ? at - held.since : Number.POSITIVE_INFINITY
    const isKnown = kid === undefined || held?.keys.some((key) => key.kid === kid) === true
    const looks = !isKnown && Math.abs(at - lookedAt) >= UNKNOWN_SECONDS
    if (looks) lookedAt = at
    // A clock that went back says nothing of an age.
    if (!held || age >= HELD_SECONDS || age < 0) return readAgain()
    const renews = age >= renewedAt && Math.abs(at - triedAt) >= RETRIED_SECONDS
    if (!looks && !renews) return held.keys
    const { keys } = held
    const renewed = readAgain().catch(() => keys)
    // A new name is worth the wait. What is merely renewed is good for a minute more, whatever SSM is at.
    return looks ? renewed : Promise.race([renewed, wait(RENEWAL_MS, keys, { ref: false })])
  }
}
