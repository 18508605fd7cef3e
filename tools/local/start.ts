/** `npm start`, and `npm run start:packaged`, which begins without the users and keys of its last run. */
import { mkdir, rm } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Config } from '../../lib/config.ts'
import { storedKeys } from '../../lib/crypto/key-cache.ts'
import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { type Parameters, PROVIDERS_PATH } from '../../lib/crypto/keys.ts'
import { fileParameters } from '../../lib/parameters/file.ts'
import { checkMailTexts } from '../generate/mail-texts.ts'
import { banner } from './banner.ts'
import { stopAll, throwWhenEnded } from './child-process.ts'
import { announceEndpoint, forgetEndpoint, runningEndpoint, startDynoxide } from './dynamodb.ts'
import { isOfMailbox, startMailbox } from './mailbox.ts'
import { onStop } from './on-stop.ts'
import { servePackage } from './packaged/serve.ts'
import { startParameterStore } from './parameter-store.ts'
import { checkFree } from './ports.ts'
import { compileCache, serveFunctions } from './serverless-offline.ts'
import { envFile, localConfig, unknownNames } from './settings.ts'

const { packaged } = parseArgs({ options: { packaged: { type: 'boolean', default: false } } }).values
const script = packaged ? 'npm run start:packaged' : 'npm start'
const ending = new AbortController()
/** The folder with the data of the engine that runs here. */
let ownFolder: string | undefined

async function stop(status: number): Promise<void> {
  if (ending.signal.aborted) return
  ending.abort()
  await stopAll()
  if (ownFolder) await forgetEndpoint(ownFolder)
  process.exit(status)
}

/** Prints the error, unless it comes from stopping. */
function fail(error: unknown): void {
  if (!ending.signal.aborted) console.error((error as Error).message)
  stop(1)
}

const begin = (what: string) => ending.signal.aborted || console.log(`Starting ${what} ...`)

async function main(): Promise<void> {
  onStop(() => stop(0))
  // Also for what is thrown where nothing awaits it. The API serves on if a request to the mailbox fails.
  process.on('uncaughtException', (error) =>
    isOfMailbox(error) ? console.error(`The mailbox failed: ${error.message}`) : fail(error),
  )
  const unknown = unknownNames(envFile())
  if (unknown) console.warn(unknown)
  const config = localConfig()
  enableCompileCache(compileCache(config.localFolder))
  const folder = packaged ? join(config.localFolder, 'packaged') : config.localFolder
  await checkStart(config, folder)
  // Before the bundling, which would report the same without saying so.
  checkMailTexts()

  const keysFile = join(folder, 'keys.json')
  const parameters = fileParameters(keysFile)
  const now = () => Math.floor(Date.now() / 1000)
  const keys = (await makeFirstKeys(parameters, { now: now() })).length > 0 ? 'made' : 'kept'
  await storedKeys(parameters, now).signingKey()
  const secrets = await secretsOfProviders(config.localFolder, parameters)
  const { keysPath } = config
  const store = await startParameterStore(parameters, keysPath)
  const endpoint = (!packaged && config.dynamodbEndpoint) || (await ownDynamodb(folder))
  const mailbox = config.sesEndpoint ?? `http://localhost:${config.mailboxPort}`
  begin(`the functions, which are ${packaged ? 'packaged' : 'bundled'} first`)
  const local = {
    DYNAMODB_ENDPOINT: endpoint,
    SES_ENDPOINT: mailbox,
    SSM_ENDPOINT: store.endpoint,
    KEYS_PATH: keysPath,
  }
  const serve = packaged ? servePackage : serveFunctions
  await Promise.all([
    serve({ config, folder, local, signal: ending.signal }),
    config.sesEndpoint ?? startMailbox(config.mailboxPort),
    checkContracts(),
  ])
  if (!ending.signal.aborted)
    console.log(await banner(config, { endpoint, mailbox, keysFile, keys, secrets }))
}

/** The names of the providers whose secrets are stored. A packaged run begins without data, but with the same secrets. */
async function secretsOfProviders(localFolder: string, parameters: Parameters): Promise<readonly string[]> {
  const secrets = await fileParameters(join(localFolder, 'keys.json')).below(PROVIDERS_PATH)
  if (packaged) for (const [name, secret] of secrets) await parameters.replace(PROVIDERS_PATH, name, secret)
  return [...secrets.keys()]
}

/** @throws a sentence that tells what keeps the program from starting. */
async function checkStart({ port, mailboxPort, sesEndpoint }: Config, folder: string): Promise<void> {
  const running = await runningEndpoint(folder)
  if (running) {
    throw new Error(
      `${script} is running over ${folder}, or its DynamoDB at ${running} is left of one: ` +
        'end it, or choose another folder with LOCAL_FOLDER',
    )
  }
  await checkFree(port, `PORT=3001 ${script}`)
  if (!sesEndpoint) await checkFree(mailboxPort, `MAILBOX_PORT=8006 ${script}`)
  if (packaged) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true }).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`LOCAL_FOLDER is not a folder, and cannot be made one: ${code}`)
  })
}

async function checkContracts(): Promise<void> {
  // It loads every handler, which may happen while other programs start.
  const { staleFile } = await import('../generate/generated-files.ts')
  const stale = await staleFile()
  if (stale) throw new Error(`${stale} is not what the contracts say: run npm run generate`)
}

async function ownDynamodb(folder: string): Promise<string> {
  begin('the local DynamoDB')
  const file = packaged ? undefined : join(folder, 'dynamodb.sqlite')
  const { endpoint, child } = await startDynoxide(file, join(folder, 'log', 'dynamodb.log'))
  ownFolder = folder
  await announceEndpoint(folder, endpoint)
  throwWhenEnded(child)
  return endpoint
}

main().catch(fail)
