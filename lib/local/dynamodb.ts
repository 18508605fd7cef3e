import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Child, start } from './child.ts'
import { freePort } from './ports.ts'

/** Where a local engine answers, and how to end it. */
export interface LocalDynamodb {
  readonly endpoint: string
  readonly child: Child
}

const VERSION = '1.2.1'

/** Starts dynoxide over a file, or in memory without one, and returns once it answers. */
export async function startDynoxide(file?: string): Promise<LocalDynamodb> {
  const port = await freePort()
  const [command, ...args] = dynoxide()
  const child = start('dynoxide', command, [
    ...args,
    '--port',
    String(port),
    ...(file ? ['--db-path', file] : []),
  ])
  const endpoint = `http://127.0.0.1:${port}`
  await answers(endpoint, child)
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

/** Waits until the engine answers HTTP at all; throws if it ends first or takes longer than a first download may. */
export async function answers(endpoint: string, child: Child, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await wait(30)) {
    if (child.ended()) throw new Error(`${child.name} ended before it answered: ${child.lastWords()}`)
    const answer = await fetch(endpoint).catch(() => undefined)
    if (answer) return
  }
  throw new Error(`${child.name} did not answer within ${seconds} s`)
}
