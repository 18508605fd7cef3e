import { readFile, writeFile } from 'node:fs/promises'
import { readTables, TABLE_NAMES, tablesModule } from './tables-yml.ts'

async function write(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return
  await writeFile(path, text)
  console.log(`Wrote ${path}`)
}

// The contracts import the names of the tables, so these are written first.
await write(TABLE_NAMES, tablesModule(readTables()))
const { generatedFiles } = await import('./generated-files.ts')
for (const [path, text] of await generatedFiles()) await write(path, text)
