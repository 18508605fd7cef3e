import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
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
  const [command, ...args] = dynoxide()
  const all = [...args, '--port', String(port), ...(file ? ['--db-path', file] : [])]
  const child = start('The local DynamoDB', command, all, { log })
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady(child, endpoint, START_SECONDS)
  return { endpoint, child }
}

/** The binary that npm installed for this platform, or else the one that npx downloads. */
function dynoxide(): [string, ...string[]] {
  const folder = `@dynoxide/${process.platform}-${process.arch}`
  try {
    const binary = join(
      createRequire(join(process.cwd(), 'package.json')).resolve(`${folder}/package.json`),
      '../dynoxide',
    )
    if (existsSync(binary)) return [binary]
  } catch {
    // There is no optional package for this platform.
  }
  if (process.platform === 'linux' && process.arch === 'x64') {
    throw new Error(`The local DynamoDB is missing: run "npm ci" again, with optional dependencies`)
  }
  return ['npx', '--yes', `dynoxide@${VERSION}`]
}

const fileIn = (folder: string) => join(folder, 'dynamodb-endpoint')

/** Writes the address of the running engine to a file, for commands that run beside `npm start`. `forgetEndpoint` removes it. */
export const announceEndpoint = (folder: string, endpoint: string) => writeFile(fileIn(folder), endpoint)
export const forgetEndpoint = (folder: string) => rm(fileIn(folder), { force: true })

/** The address of the engine that an `npm start` with this folder has started, if it still answers. */
export async function runningEndpoint(folder: string): Promise<string | undefined> {
  const endpoint = await readFile(fileIn(folder), 'utf8').catch(() => '')
  if (!endpoint) return undefined
  const client = new DynamoDBClient({
    endpoint,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 2000, throwOnRequestTimeout: true },
  })
  const answer = await client.send(new ListTablesCommand()).catch(() => undefined)
  client.destroy()
  return answer && endpoint
}
