import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const DEFINITION = 'serverless.yml'

/**
 * Makes `folder`, in which the framework packages this project. It keeps every package in `.serverless` of the folder it runs in,
 * whatever `--package` says, so two commands that package in one folder would mix their functions and templates.
 */
export function makeServiceFolder(folder: string): void {
  mkdirSync(folder, { recursive: true })
  // The framework takes no link for its own file.
  copyFileSync(DEFINITION, join(folder, DEFINITION))
  for (const name of readdirSync('.'))
    if (name !== DEFINITION && !name.startsWith('.')) symlinkSync(resolve(name), join(folder, name))
}
