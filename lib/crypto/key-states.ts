import { LONGEST_ACCESS_TOKEN_SECONDS, LONGEST_SESSION_SECONDS, type Seconds } from '../domain/lifetimes.ts'
import { materialOf } from './key-material.ts'
import type { KeyPath, Parameters } from './keys.ts'

/** A kind of key that rotates. */
export interface Kind {
  /** The path that reserves a key's number, and where verifiers find the key. */
  readonly path: KeyPath
  /** The path of the private half, if it is separate. */
  readonly secret?: KeyPath
  /** How long tokens may live after the key last signed. */
  readonly lastSeconds: Seconds
}
export const rotating = {
  access: { path: 'access/public', secret: 'access/private', lastSeconds: LONGEST_ACCESS_TOKEN_SECONDS },
  refresh: { path: 'refresh', lastSeconds: LONGEST_SESSION_SECONDS },
} as const satisfies Record<string, Kind>
export type Rotating = keyof typeof rotating

/** The secrets that are made once and never rotate by themselves, and what a key of each does. */
export const permanent = {
  pepper: 'hashes',
  'keyed-hash': 'hashes',
  factors: 'encrypts',
  'recovery-codes': 'hashes',
} as const satisfies Partial<Record<KeyPath, string>>
export const permanentPaths = Object.keys(permanent) as (keyof typeof permanent)[]

/** A key of one kind, and whether its private half exists. */
export interface KeyState {
  readonly number: string
  readonly kid: string
  readonly signsFrom: Seconds
  readonly isWhole: boolean
}

/** The keys of a kind, newest first. */
export async function keyStates(parameters: Pick<Parameters, 'below'>, name: Rotating): Promise<KeyState[]> {
  const { path, secret }: Kind = rotating[name]
  const values = await parameters.below(path)
  if (values.size === 0) return []
  const secrets = secret && (await parameters.below(secret))
  return [...values]
    .map(([number, value]) => {
      const [{ kid, signsFrom }] = materialOf(path, new Map([[number, value]]))
      return {
        number,
        kid,
        signsFrom,
        isWhole: !secret || !secrets || kidIn(secret, secrets, number) === kid,
      }
    })
    .sort((a, b) => b.signsFrom - a.signsFrom || (a.number < b.number ? 1 : -1))
}

/** The `kid` of the key with this number in a path. */
export function kidIn(
  path: KeyPath,
  values: ReadonlyMap<string, string>,
  number: string,
): string | undefined {
  const value = values.get(number)
  return value === undefined ? undefined : materialOf(path, new Map([[number, value]]))[0].kid
}
