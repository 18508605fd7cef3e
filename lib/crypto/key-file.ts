import { promises } from 'node:fs'
import { keysOf } from './key-set.ts'
import type { Keys } from './keys.ts'

/** Keys from a local file, read when first needed. A failed read fails its call, and the next one tries again. */
export function keyFile(path: string | undefined): Keys {
  let loading: Promise<Keys> | undefined
  const load = () => {
    loading ??= read(path).catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
  return {
    signingKey: async () => (await load()).signingKey(),
    publicKeys: async () => (await load()).publicKeys(),
    refreshKeys: async () => (await load()).refreshKeys(),
    peppers: async () => (await load()).peppers(),
    fingerprintKey: async () => (await load()).fingerprintKey(),
  }
}

async function read(path: string | undefined): Promise<Keys> {
  if (!path) throw new Error('There are no keys: KEYS_FILE is not set')
  const text = await promises.readFile(path, 'utf8')
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    // The parser's message quotes what it read.
    throw new Error('The file that KEYS_FILE names is not JSON')
  }
  return keysOf(set)
}
