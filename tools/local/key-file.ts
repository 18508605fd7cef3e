import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Parameters } from '../../lib/crypto/keys.ts'
import { fileParameters } from '../../lib/parameters/file.ts'
import { localConfig } from './settings.ts'

/** The file in which `npm start` keeps its keys, in place of SSM. */
export async function localKeyFile(): Promise<{ parameters: Parameters; place: string }> {
  const { localFolder } = localConfig()
  await mkdir(localFolder, { recursive: true })
  const file = join(localFolder, 'keys.json')
  return { parameters: fileParameters(file), place: file }
}
