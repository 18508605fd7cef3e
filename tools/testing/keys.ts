import { storedKeys } from '../../lib/crypto/key-cache.ts'
import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import type { KeyPath, Keys, Parameters } from '../../lib/crypto/keys.ts'

/** RSA of 2048 bits is the least that is accepted, and the quickest to make. */
export const modulusLength = 2048
const NOW = 1_800_000_000

export interface MemoryParameters extends Parameters {
  readonly kept: Map<string, string>
  /** Another set with the same content. */
  copy(): MemoryParameters
}

/** Parameters without an SSM; each call decides and writes at once. */
export function memoryParameters(from: ReadonlyMap<string, string> = new Map()): MemoryParameters {
  const kept = new Map(from)
  const nameOf = (path: KeyPath, number: string) => `${path}/${number}`
  return {
    kept,
    copy: () => memoryParameters(kept),
    async below(path) {
      const found = [...kept].filter(([name]) => name.startsWith(`${path}/`))
      return new Map(found.map(([name, value]) => [name.slice(path.length + 1), value]))
    },
    async create(path, number, value) {
      if (kept.has(nameOf(path, number))) return 'exists'
      kept.set(nameOf(path, number), value)
      return 'created'
    },
    async remove(path, number) {
      kept.delete(nameOf(path, number))
    },
  }
}

/** Real keys, made once, as making them is the slow part. */
export const testParameters = memoryParameters()
const made = makeFirstKeys(testParameters, { now: NOW, modulusLength })
export const ready = (): Promise<unknown> => made

/** The keys of some parameters, at a time that stands. */
const keysOver = (parameters: Pick<Parameters, 'below'>, now = () => NOW): Keys => {
  const below: Parameters['below'] = async (path) => {
    await made
    return parameters.below(path)
  }
  return storedKeys({ below }, now)
}

export const testKeys = keysOver(testParameters)

/** The test's keys, but for these. */
export async function keysWith(change: Partial<Record<KeyPath, readonly string[]>>): Promise<Keys> {
  await made
  const parameters = testParameters.copy()
  for (const [path, values] of Object.entries(change) as [KeyPath, readonly string[]][]) {
    for (const number of (await parameters.below(path)).keys()) await parameters.remove(path, number)
    for (const [index, value] of values.entries()) await parameters.create(path, String(index + 1), value)
  }
  return keysOver(parameters)
}

/** The values of a path, as they are kept. */
export async function keptBelow(path: KeyPath): Promise<string[]> {
  await made
  return [...(await testParameters.below(path)).values()]
}
