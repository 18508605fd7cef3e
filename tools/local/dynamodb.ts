import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Child, start, untilReady } from './child-process.ts'
import { freePort } from './ports.ts'

/** A local engine: its address and its process. */
export interface LocalDynamodb {
  readonly endpoint: string
  readonly child: Child
}

const VERSION = '1.2.1'
/** The first start may download the program. */
export const START_SECONDS = 60

/** Starts dynoxide over a file, or in memory without one, and returns once it answers. */
export async function startDynoxide(file?: string, log?: string): Promise<LocalDynamodb> {
  const port = await freePort()
  const args = ['--port', String(port), ...(file ? ['--db-path', file] : [])]
  const child = start('The local DynamoDB', [...dynoxide(), ...args], { log })
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady(child, endpoint, START_SECONDS)
  return { endpoint, child }
}

/** The binary that npm installed for this platform, or else the one that npx downloads. */
function dynoxide(): readonly string[] {
  const binary = resolve(`node_modules/@dynoxide/${process.platform}-${process.arch}/dynoxide`)
  if (existsSync(binary)) return [binary]
  if (process.platform === 'linux' && process.arch === 'x64')
    throw new Error('The local DynamoDB is missing: run "npm ci" again, with optional dependencies')
  return ['npx', '--yes', `dynoxide@${VERSION}`]
}

const fileIn = (folder: string) => join(folder, 'dynamodb-endpoint')

/** Writes the address of the running engine to a file, for commands that run beside `npm start`. `forgetEndpoint` removes it. */
export const announceEndpoint = (folder: string, endpoint: string) => writeFile(fileIn(folder), endpoint)
export const forgetEndpoint = (folder: string) => rm(fileIn(folder), { force: true })

/** The address of the engine that an `npm start` with this folder has started, if it still answers. */
export async function runningEndpoint(folder: string): Promise<string | undefined> {
  const endpoint = await readFile(fileIn(folder), 'utf8').catch(() => '')
  const answer = endpoint && (await fetch(endpoint, { signal: AbortSignal.timeout(2000) }).catch(() => ''))
  return answer ? endpoint : undefined
}
