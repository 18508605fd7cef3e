import { setTimeout as wait } from 'node:timers/promises'
import { JWKS_MAX_AGE_SECONDS, type Seconds } from '../domain/lifetimes.ts'
import { newKeyPair, newSecret, signingNow } from './key-material.ts'
import { type KeyState, type Kind, keyStates, kidIn, type Rotating, rotating } from './key-states.ts'
import type { KeyPath, Parameters } from './keys.ts'

/** How long a function may go on with what it has read, twice over, for clocks and for its last call. */
const MARGIN_SECONDS = 600
/** How long a key is published before it signs: as long as others may keep our set of keys, an hour, and the margin. */
const PUBLISHED_SECONDS = JWKS_MAX_AGE_SECONDS + 3600 + MARGIN_SECONDS

const LOOKS = 5
const BETWEEN_LOOKS_MS = 1000

/** What was done, for a log: no key, only names. */
export interface Rotated {
  readonly made: readonly string[]
  readonly retired: readonly string[]
}

/** Takes away what would sign without being known: the secret half of a number that is not claimed, or not by its key. */
async function clear(parameters: Parameters, name: Rotating): Promise<void> {
  const { path, secret }: Kind = rotating[name]
  if (!secret) return
  // In this order: whoever makes a key writes them the other way round.
  const secrets = await parameters.below(secret)
  const claims = await parameters.below(path)
  for (const number of secrets.keys())
    if (kidIn(secret, secrets, number) !== kidIn(path, claims, number))
      await parameters.remove(secret, number)
}

/**
 * Makes the next key if the last is older than `everySeconds`, and takes away what nobody needs any more: the half that
 * signs once its successor signs, the other once its last token has expired. Safe to run twice at once, again after it was
 * killed half-way, and late: nothing but the clock moves a key on, and nothing is taken away before its successor is whole.
 */
export async function rotate(
  parameters: Parameters,
  name: Rotating,
  { now, everySeconds, modulusLength }: { now: Seconds; everySeconds: Seconds; modulusLength?: number },
): Promise<Rotated> {
  const { path, secret, lastSeconds }: Kind = rotating[name]
  await clear(parameters, name)
  const keys = await keyStates(parameters, name)
  const newest = keys.findLast(({ isWhole }) => isWhole)
  if (!newest) throw new Error(`There is no key of ${path}: run setup`)

  const retired: string[] = []
  for (const key of keys) {
    const successor = keys.find(({ isWhole, signsFrom }) => isWhole && signsFrom > key.signsFrom)
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

/** The next key, under the next number; `undefined` if somebody else has just claimed it. */
export async function make(
  parameters: Parameters,
  name: Rotating,
  keys: readonly KeyState[],
  signsFrom: Seconds,
  modulusLength?: number,
): Promise<string | undefined> {
  const { secret: half }: Kind = rotating[name]
  // A number whose other half is still there, or was until just now, is not free.
  const taken = [...keys.map(({ number }) => number), ...(half ? (await parameters.below(half)).keys() : [])]
  const next = Math.max(0, ...taken.map(Number)) + 1
  const number = String(next).padStart(6, '0')
  if (name === 'refresh') {
    const { kid, secret } = newSecret(signsFrom)
    return (await parameters.create('refresh', number, secret)) === 'created' ? kid : undefined
  }
  const { kid, publicKey, privateKey } = await newKeyPair(signsFrom, modulusLength)
  // The public half first: a key of which only that was made is known to all and signs nothing.
  if ((await parameters.create('access/public', number, publicKey)) === 'exists') return undefined
  if ((await parameters.create('access/private', number, privateKey)) === 'exists') {
    await parameters.remove('access/public', number)
    return undefined
  }
  if (await isListed(parameters, number, publicKey)) return kid
  // Somebody has revoked it meanwhile.
  await parameters.remove('access/private', number)
  return undefined
}

/** A list may lag behind what was just written: that a key is not on it is believed when it stays so. */
async function isListed(parameters: Parameters, number: string, publicKey: string): Promise<boolean> {
  for (let looked = 0; looked < LOOKS; looked++) {
    if (looked > 0) await wait(BETWEEN_LOOKS_MS)
    const listed = (await parameters.below('access/public')).get(number)
    if (listed !== undefined) return listed === publicKey
  }
  return false
}

/**
 * Takes a key away at once: within 5 minutes nothing is signed with it and no token of it accepted. If no other would sign
 * meanwhile, one is made that does so at once. @throws if there is no such key.
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
  const signs = signingNow(keys.toReversed(), now)
  let made: string | undefined
  if (key === signs || others.length === 0) {
    for (let tried = 0; !made && tried < 5; tried++) {
      made = await make(parameters, name, keys, now - MARGIN_SECONDS, modulusLength)
      if (!made) keys = await keyStates(parameters, name)
    }
    if (!made) throw new Error('Others make keys at the same time: nothing was revoked, try again')
  }
  // In this order: what signs without being accepted would turn everybody away.
  if (secret) await parameters.remove(secret, key.number)
  await parameters.remove(path, key.number)
  return { made: made ? [made] : [], retired: [kid] }
}

/** Makes what is missing for a first start, signing from now on; says what was made. Safe to run again. */
export async function makeFirstKeys(
  parameters: Parameters,
  { now, modulusLength }: { now: Seconds; modulusLength?: number },
): Promise<KeyPath[]> {
  // Machines whose clock is a little behind must find that it signs.
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
