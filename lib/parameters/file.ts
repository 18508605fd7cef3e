import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ParameterPath, Parameters } from '../crypto/keys.ts'

type Kept = Partial<Record<ParameterPath, Record<string, string>>>

/** Parameters in a local file that only its owner can read. Only one process may write it at a time. */
export function fileParameters(file: string): Parameters {
  const read = (): Kept => {
    try {
      return JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
      // The parser's message would quote the content.
      throw new Error(`The key file ${file} cannot be read, or is not JSON`)
    }
  }
  const write = (kept: Kept) => {
    mkdirSync(dirname(file), { recursive: true })
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
    // Atomic: the file is complete, or unchanged.
    renameSync(draft, file)
  }
  return {
    below: async (path) => new Map(Object.entries(read()[path] ?? {})),
    async create(path, number, value) {
      const kept = read()
      if (kept[path]?.[number] !== undefined) return 'exists'
      write({ ...kept, [path]: { ...kept[path], [number]: value } })
      return 'created'
    },
    async replace(path, name, value) {
      const kept = read()
      write({ ...kept, [path]: { ...kept[path], [name]: value } })
    },
    async remove(path, number) {
      const kept = read()
      const { [number]: _, ...others } = kept[path] ?? {}
      write({ ...kept, [path]: others })
    },
  }
}
