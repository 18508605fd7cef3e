import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contract as mailFunction } from '../../functions/mail/send.ts'
import type { Config } from '../../lib/config.ts'
import { storedKeys } from '../../lib/crypto/key-cache.ts'
import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { filesOfContracts } from '../generate/generated-files.ts'
import { banner } from './banner.ts'
import { type Child, stopAll } from './child-process.ts'
import { createTables } from './create-tables.ts'
import { announceEndpoint, forgetEndpoint, runningEndpoint, startDynoxide } from './dynamodb.ts'
import { startMailbox } from './mailbox.ts'
import { onStop } from './on-stop.ts'
import { localKeyFile, startParameterStore } from './parameter-store.ts'
import { checkFree, freePort } from './ports.ts'
import { checkHome, serveFunctions } from './serverless-offline.ts'
import { envFile, givenSettings, localConfig, localEnv, unknownNames } from './settings.ts'
import { type Following, invoking, pollStream } from './stream-poller.ts'

let stopping: Promise<void> | undefined
/** The folder with the data of the engine that runs here. */
let ownFolder: string | undefined

function stop(status: number): Promise<void> {
  stopping ??= stopAll()
    .then(() => (ownFolder ? forgetEndpoint(ownFolder) : undefined))
    .then(() => process.exit(status))
  return stopping
}

/** Prints the error, unless it comes from stopping. */
async function fail(error: unknown): Promise<void> {
  if (!stopping) console.error((error as Error).message)
  await stop(1)
}

async function main(): Promise<void> {
  onStop(() => stop(0))
  process.on('uncaughtException', fail)
  const unknown = unknownNames(envFile())
  if (unknown) console.warn(unknown)
  const config = localConfig()
  const running = await runningEndpoint(config.localFolder)
  if (running) {
    throw new Error(
      `npm start is running over ${config.localFolder}, or its DynamoDB at ${running} is left of one: ` +
        'end it, or choose another folder with LOCAL_FOLDER',
    )
  }
  await checkHome()
  await checkFree(config.port, 'PORT=3001 npm start')
  if (!config.sesEndpoint) await checkFree(config.mailboxPort, 'MAILBOX_PORT=8006 npm start')

  for (const [path, text] of await filesOfContracts()) {
    const isFresh = (await readFile(path, 'utf8').catch(() => '')) === text
    if (!isFresh) throw new Error(`${path} is not what the contracts say: run npm run generate`)
  }

  await mkdir(config.localFolder, { recursive: true }).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`LOCAL_FOLDER is not a folder, and cannot be made one: ${code}`)
  })
  const { parameters, place: keysFile } = await localKeyFile()
  const now = () => Math.floor(Date.now() / 1000)
  const keys = (await makeFirstKeys(parameters, { now: now() })).length > 0 ? 'made' : 'kept'
  await storedKeys(parameters, now).signingKey()
  const store = await startParameterStore(parameters, config.keysPath)
  if (!config.dynamodbEndpoint) begin('the local DynamoDB')
  const endpoint = config.dynamodbEndpoint ?? (await ownDynamodb(config.localFolder))
  await createTables(config, endpoint).catch((error: Error) => {
    if (!config.dynamodbEndpoint) throw error
    throw new Error(
      `Nothing answers at DYNAMODB_ENDPOINT ${endpoint} as DynamoDB would: ${error.message || error.name}`,
    )
  })
  if (!config.sesEndpoint) begin('the mailbox')
  const mailbox = config.sesEndpoint ?? (await ownMailbox(config))
  const lambdaPort = await freePort()
  const local = {
    ...localEnv(givenSettings()),
    DYNAMODB_ENDPOINT: endpoint,
    SES_ENDPOINT: mailbox,
    KEYS_PATH: config.keysPath,
    SSM_ENDPOINT: store.endpoint,
  }
  begin('the functions, which are bundled first')
  await serveFunctions(config, lambdaPort, local, whenEnded)
  const mailJobs: Following = {
    endpoint,
    table: config.sessionsTable,
    startsAt: 'LATEST',
    batchSize: 1,
    retries: 2,
    wants: ({ eventName, dynamodb }) =>
      eventName === 'INSERT' && dynamodb?.Keys?.pk?.S?.startsWith(mailFunction.stream.prefix) === true,
  }
  const invocations = `http://localhost:${lambdaPort}/2015-03-31/functions/cardea-local-mailSend/invocations`
  const invoke = async (event: object) =>
    (await fetch(invocations, { method: 'POST', body: JSON.stringify(event) })).json()
  pollStream(mailJobs, invoking(invoke), () => stopping !== undefined).catch(fail)
  if (!stopping) console.log(await banner(config.port, { endpoint, mailbox, keysFile, keys }))
}

const begin = (what: string) => stopping ?? console.log(`Starting ${what} ...`)

/** Child processes run until Ctrl-C. */
function whenEnded(child: Child): void {
  if (!stopping) fail(new Error(`${child.name} has ended: ${child.lastLines()}`))
}

async function ownMailbox({ mailboxPort, localFolder }: Config): Promise<string> {
  const { endpoint, child } = await startMailbox(mailboxPort, join(localFolder, 'log', 'mailbox.log'))
  child.end.then(() => whenEnded(child))
  return endpoint
}

async function ownDynamodb(folder: string): Promise<string> {
  const log = join(folder, 'log', 'dynamodb.log')
  const { endpoint, child } = await startDynoxide(join(folder, 'dynamodb.sqlite'), log)
  ownFolder = folder
  await announceEndpoint(folder, endpoint)
  child.end.then(() => whenEnded(child))
  return endpoint
}

main().catch(fail)
