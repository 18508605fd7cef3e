import { readFile } from 'node:fs/promises'
import { functionsYml } from './functions-yml.ts'
import { openapi } from './openapi.ts'
import { registry } from './registry.ts'

/** Every generated file by its path below the project, from the contracts as they stand. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const entries = await registry()
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  return new Map([
    ['functions/functions.yml', functionsYml(entries)],
    ['functions/openapi.json', `${JSON.stringify(openapi(entries, version), null, 2)}\n`],
  ])
}
