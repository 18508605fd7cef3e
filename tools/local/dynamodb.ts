import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Child, start } from './child.ts'
import { freePort } from './ports.ts'
import { untilReady } from './waiting.ts'

/** Where a local engine answers, and how to end it. */
export interface LocalDynamodb {
  readonly endpoint: string
  readonly child: Child
}

const VERSION = '1.2.1'
/** As long as a first download may take. */
export const START_SECONDS = 60

/** Starts dynoxide over a file, or in memory without one, and returns once it answers. */
export async function startDynoxide(file?: string, log?: string): Promise<LocalDynamodb> {
  const port = await freePort()
  const [command, ...args] = dynoxide()
  const words = [...args, '--port', String(port), ...(file ? ['--db-path', file] : [])]
  const child = start('The local DynamoDB', command, words, { log })
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady(child, endpoint, START_SECONDS)
  return { endpoint, child }
}

/** The binary that npm installed for this platform, or the one that npx fetches for another. */
function dynoxide(): [string, ...string[]] {
  const folder = `@dynoxide/${process.platform}-${process.arch}`
  try {
    const binary = join(
      createRequire(join(process.cwd(), 'package.json')).resolve(`${folder}/package.json`),
      '../dynoxide',
    )
    if (existsSync(binary)) return [binary]
  } catch {
    // Not one of the optional packages of this platform.
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    throw new Error(`The local DynamoDB is missing: run "npm ci" again, with optional dependencies`)
  }
  return ['npx', '--yes', `dynoxide@${VERSION}`]
}
