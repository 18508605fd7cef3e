import { LONGEST_ACCESS_TOKEN_SECONDS, LONGEST_SESSION_SECONDS, type Seconds } from '../domain/lifetimes.ts'
import { materialOf } from './key-material.ts'
import type { KeyPath, Parameters } from './keys.ts'

/** A kind of key that rotates. */
export interface Kind {
  /** Where a number is claimed, and where it is looked up by whoever verifies. */
  readonly path: KeyPath
  /** Where the half is kept that signs, if that is another. */
  readonly secret?: KeyPath
  /** How long after it signed last its tokens may live. */
  readonly lastSeconds: Seconds
}
export const rotating = {
  access: { path: 'access/public', secret: 'access/private', lastSeconds: LONGEST_ACCESS_TOKEN_SECONDS },
  refresh: { path: 'refresh', lastSeconds: LONGEST_SESSION_SECONDS },
} as const satisfies Record<string, Kind>
export type Rotating = keyof typeof rotating

/** One key of a kind, and whether the half that signs is there. */
export interface KeyState {
  readonly number: string
  readonly kid: string
  readonly signsFrom: Seconds
  readonly isWhole: boolean
}

/** The keys of a kind by when they sign, the last one last. */
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
    .sort((a, b) => a.signsFrom - b.signsFrom || (a.number < b.number ? -1 : 1))
}

/** The name of the key that a path has under a number. */
export function kidIn(
  path: KeyPath,
  values: ReadonlyMap<string, string>,
  number: string,
): string | undefined {
  const value = values.get(number)
  return value === undefined ? undefined : materialOf(path, new Map([[number, value]]))[0].kid
}
