import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generateKeySet } from '../crypto/key-set.ts'

/** Makes the file of keys unless it is there; readable by its owner alone. */
export async function makeKeys(file: string): Promise<'made' | 'kept'> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  try {
    await writeFile(draft, `${JSON.stringify(generateKeySet(), null, 2)}\n`, { mode: 0o600 })
    // A link appears whole or not at all, and never over another file.
    await link(draft, file)
    return 'made'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'kept'
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
