import { setTimeout as wait } from 'node:timers/promises'
import { JWKS_MAX_AGE_SECONDS, type Seconds } from '../domain/lifetimes.ts'
import { newKeyPair, newSecret, signingNow } from './key-material.ts'
import { type KeyState, type Kind, keyStates, kidIn, type Rotating, rotating } from './key-states.ts'
import type { KeyPath, Parameters } from './keys.ts'

/** The longest time a function uses keys that it has read, doubled, for clock skew and its last call. */
const MARGIN_SECONDS = 600
/** How long a key is published before it signs: the JWKS cache time, an hour, and the margin. */
const PUBLISHED_SECONDS = JWKS_MAX_AGE_SECONDS + 3600 + MARGIN_SECONDS

const LOOKS = 5
const BETWEEN_LOOKS_MS = 1000

/** The result for the log: only `kid`s, no keys. */
export interface Rotated {
  readonly made: readonly string[]
  readonly retired: readonly string[]
}

/** Removes private halves whose number is not reserved, or is reserved by another key: they could sign with an unknown key. */
async function clear(parameters: Parameters, name: Rotating): Promise<void> {
  const { path, secret }: Kind = rotating[name]
  if (!secret) return
  // Read the private halves first: a key is created in the opposite order.
  const secrets = await parameters.below(secret)
  const claims = await parameters.below(path)
  for (const number of secrets.keys())
    if (kidIn(secret, secrets, number) !== kidIn(path, claims, number))
      await parameters.remove(secret, number)
}

/**
 * Creates the next key if the newest is older than `everySeconds`, and removes what is no longer needed. The private half goes
 * once its successor signs, the public half once the last of its tokens has expired.
 * Safe to run in parallel, late, or again after a crash: only the clock changes the state of a key, and nothing is removed
 * before its successor is complete.
 */
export async function rotate(
  parameters: Parameters,
  name: Rotating,
  { now, everySeconds, modulusLength }: { now: Seconds; everySeconds: Seconds; modulusLength?: number },
): Promise<Rotated> {
  const { path, secret, lastSeconds }: Kind = rotating[name]
  await clear(parameters, name)
  const keys = await keyStates(parameters, name)
  const newest = keys.find(({ isWhole }) => isWhole)
  if (!newest) throw new Error(`There is no key of ${path}: run setup`)

  const retired: string[] = []
  for (const key of keys) {
    const successor = keys.findLast(({ isWhole, signsFrom }) => isWhole && signsFrom > key.signsFrom)
    if (!successor) continue
    if (secret && key.isWhole && now >= successor.signsFrom + MARGIN_SECONDS)
      await parameters.remove(secret, key.number)
    if (now >= successor.signsFrom + lastSeconds + MARGIN_SECONDS) {
      await parameters.remove(path, key.number)
      retired.push(key.kid)
    }
  }
  const isDue = now - (newest.signsFrom - PUBLISHED_SECONDS) >= everySeconds
  const made = isDue ? await make(parameters, name, keys, now + PUBLISHED_SECONDS, modulusLength) : undefined
  return { made: made ? [made] : [], retired }
}

/** Creates the next key under the next number; `undefined` if a parallel run has just reserved it. */
export async function make(
  parameters: Parameters,
  name: Rotating,
  keys: readonly KeyState[],
  signsFrom: Seconds,
  modulusLength?: number,
): Promise<string | undefined> {
  const { secret: half }: Kind = rotating[name]
  // A number is not free while its other half exists.
  const taken = [...keys.map(({ number }) => number), ...(half ? (await parameters.below(half)).keys() : [])]
  const next = Math.max(0, ...taken.map(Number)) + 1
  const number = String(next).padStart(6, '0')
  if (name === 'refresh') {
    const { kid, secret } = newSecret(signsFrom)
    return (await parameters.create('refresh', number, secret)) === 'created' ? kid : undefined
  }
  const { kid, publicKey, privateKey } = await newKeyPair(signsFrom, modulusLength)
  // Create the public half first: if the process ends here, verifiers know a key that signs nothing.
  if ((await parameters.create('access/public', number, publicKey)) === 'exists') return undefined
  if ((await parameters.create('access/private', number, privateKey)) === 'exists') {
    await parameters.remove('access/public', number)
    return undefined
  }
  if (await isListed(parameters, number, publicKey)) return kid
  // The key was revoked in between.
  await parameters.remove('access/private', number)
  return undefined
}

/** A listing may lag behind a write, so a missing key is looked for several times. */
async function isListed(parameters: Parameters, number: string, publicKey: string): Promise<boolean> {
  for (let looked = 0; looked < LOOKS; looked++) {
    if (looked > 0) await wait(BETWEEN_LOOKS_MS)
    const listed = (await parameters.below('access/public')).get(number)
    if (listed !== undefined) return listed === publicKey
  }
  return false
}

/**
 * Revokes a key. Within 5 minutes, nothing is signed with it and none of its tokens is accepted. If no other key could sign,
 * creates one that signs immediately. @throws if there is no such key.
 */
export async function revoke(
  parameters: Parameters,
  name: Rotating,
  kid: string,
  { now, modulusLength }: { now: Seconds; modulusLength?: number },
): Promise<Rotated> {
  const { path, secret }: Kind = rotating[name]
  let keys = await keyStates(parameters, name)
  const key = keys.find((each) => each.kid === kid)
  if (!key) throw new Error(`There is no key ${kid} of ${name}`)
  const others = keys.filter((each) => each !== key && each.isWhole && each.signsFrom <= now)
  const signs = signingNow(keys, now)
  let made: string | undefined
  if (key === signs || others.length === 0) {
    for (let tried = 0; !made && tried < 5; tried++) {
      made = await make(parameters, name, keys, now - MARGIN_SECONDS, modulusLength)
      if (!made) keys = await keyStates(parameters, name)
    }
    if (!made) throw new Error('Other runs create keys at the same time. Nothing was revoked. Try again')
  }
  // In this order: a key that signs without being accepted would lock out every user.
  if (secret) await parameters.remove(secret, key.number)
  await parameters.remove(path, key.number)
  return { made: made ? [made] : [], retired: [kid] }
}

/** Creates the keys that a first start needs, signing immediately. Returns what was created. Safe to run again. */
export async function makeFirstKeys(
  parameters: Parameters,
  { now, modulusLength }: { now: Seconds; modulusLength?: number },
): Promise<KeyPath[]> {
  // Machines whose clock is a little behind must find that the key signs.
  const signsFrom = now - MARGIN_SECONDS
  const made: KeyPath[] = []
  for (const name of ['access', 'refresh'] as const) {
    await clear(parameters, name)
    const keys = await keyStates(parameters, name)
    if (keys.some(({ isWhole }) => isWhole)) continue
    if (await make(parameters, name, keys, signsFrom, modulusLength)) made.push(rotating[name].path)
  }
  for (const path of ['pepper', 'keyed-hash'] as const) {
    if ((await parameters.below(path)).size > 0) continue
    if ((await parameters.create(path, '000001', newSecret(signsFrom).secret)) === 'created') made.push(path)
  }
  return made
}
