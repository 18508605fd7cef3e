import { JWKS_MAX_AGE_SECONDS, type Seconds } from '../domain/lifetimes.ts'
import { makeKey } from './key-creation.ts'
import { newSecret, signingNow } from './key-material.ts'
import { type Kind, keyStates, kidIn, permanentPaths, type Rotating, rotating } from './key-states.ts'
import type { KeyPath, Parameters } from './keys.ts'

/**
 * Twice the longest time that a function uses keys after it has read them. The second half allows for clock skew and its last
 * call.
 */
const MARGIN_SECONDS = 600
/** How long a key is published before it signs: the JWKS cache time, an hour, and the margin. */
const PUBLISHED_SECONDS = JWKS_MAX_AGE_SECONDS + 3600 + MARGIN_SECONDS

/** The result for the log: only `kid`s, no keys. */
export interface Rotated {
  readonly made: readonly string[]
  readonly retired: readonly string[]
}

/** Removes private halves without a public half of the same key under the same number. Verifiers would not know such a key. */
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
  const made = isDue
    ? await makeKey(parameters, name, keys, now + PUBLISHED_SECONDS, modulusLength)
    : undefined
  return { made: made ? [made] : [], retired }
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
      made = await makeKey(parameters, name, keys, now - MARGIN_SECONDS, modulusLength)
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
    if (await makeKey(parameters, name, keys, signsFrom, modulusLength)) made.push(rotating[name].path)
  }
  for (const path of permanentPaths) {
    if ((await parameters.below(path)).size > 0) continue
    if ((await parameters.create(path, '000001', newSecret(signsFrom).secret)) === 'created') made.push(path)
  }
  return made
}
