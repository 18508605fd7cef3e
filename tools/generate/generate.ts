import { readFile, writeFile } from 'node:fs/promises'
import { generatedFiles } from './generated-files.ts'

for (const [path, text] of await generatedFiles()) {
  if ((await readFile(path, 'utf8').catch(() => '')) === text) continue
  await writeFile(path, text)
  console.log(`Wrote ${path}`)
}
