import type { Seconds } from '../domain/lifetimes.ts'
import { cachedParameters } from './cached-parameters.ts'
import { type Material, materialOf, signingNow } from './key-material.ts'
import type { KeyPath, KeyRing, Keys, Parameters } from './keys.ts'

/**
 * Reads keys from the parameter store on first use. A failed read fails its call, and the next call tries again: without a key,
 * nothing is signed or accepted.
 */
export function storedKeys(
  parameters: Pick<Parameters, 'below'>,
  now: () => Seconds,
  random: () => number = Math.random,
): Keys {
  const cache = (path: KeyPath): KeyCache => {
    const read = async () => materialOf(path, await parameters.below(path))
    const cached = cachedParameters<readonly Material[]>(read, now, random)
    return (kid) => cached(kid === undefined ? undefined : (keys) => keys.some((key) => key.kid === kid))
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
