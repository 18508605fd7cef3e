import { storedKeys } from '../../lib/crypto/key-cache.ts'
import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import type { KeyPath, Keys, ParameterPath, Parameters } from '../../lib/crypto/keys.ts'

/** RSA of 2048 bits is the shortest that is accepted, and the fastest to make. */
export const modulusLength = 2048
const NOW = 1_800_000_000

export interface MemoryParameters extends Parameters {
  readonly kept: Map<string, string>
  /** A copy that later changes do not affect. */
  copy(): MemoryParameters
}

/** Parameters without SSM. Each call decides and writes at once. */
export function memoryParameters(from: ReadonlyMap<string, string> = new Map()): MemoryParameters {
  const kept = new Map(from)
  const nameOf = (path: ParameterPath, number: string) => `${path}/${number}`
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
    async replace(path, name, value) {
      kept.set(nameOf(path, name), value)
    },
    async remove(path, number) {
      kept.delete(nameOf(path, number))
    },
  }
}

/** Real keys, made once, because making them is slow. */
export const testParameters = memoryParameters()
const made = makeFirstKeys(testParameters, { now: NOW, modulusLength })
export const ready = (): Promise<unknown> => made

/** The keys of some parameters, at a fixed time. */
const keysOver = (parameters: Pick<Parameters, 'below'>, now = () => NOW): Keys => {
  const below: Parameters['below'] = async (path) => {
    await made
    return parameters.below(path)
  }
  return storedKeys({ below }, now)
}

export const testKeys = keysOver(testParameters)

/** The test keys, with these in place of some. */
export async function keysWith(change: Partial<Record<KeyPath, readonly string[]>>): Promise<Keys> {
  await made
  const parameters = testParameters.copy()
  for (const [path, values] of Object.entries(change) as [KeyPath, readonly string[]][]) {
    for (const number of (await parameters.below(path)).keys()) await parameters.remove(path, number)
    for (const [index, value] of values.entries()) await parameters.create(path, String(index + 1), value)
  }
  return keysOver(parameters)
}

/** The stored values of a path. */
export async function keptBelow(path: KeyPath): Promise<string[]> {
  await made
  return [...(await testParameters.below(path)).values()]
}
