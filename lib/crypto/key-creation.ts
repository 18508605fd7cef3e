import { setTimeout as wait } from 'node:timers/promises'
import type { Seconds } from '../domain/lifetimes.ts'
import { newKeyPair, newSecret } from './key-material.ts'
import { type KeyState, type Kind, type Rotating, rotating } from './key-states.ts'
import type { Parameters } from './keys.ts'

const LOOKS = 5
const BETWEEN_LOOKS_MS = 1000

/** Creates the next key under the next number; `undefined` if a parallel run has just reserved it. */
export async function makeKey(
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
