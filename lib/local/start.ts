import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { contract as mailFunction } from '../../functions/mail/deliver.ts'
import type { Config } from '../config.ts'
import { generatedFiles } from '../contract/generated-files.ts'
import { makeFirstKeys } from '../crypto/key-rotation.ts'
import { storedKeys } from '../crypto/stored-keys.ts'
import { start, stopAll } from './child.ts'
import { startDynoxide } from './dynamodb.ts'
import { introduction } from './introduction.ts'
import { type Following, followStream, invokeLocally } from './mail-stream.ts'
import { startMailbox } from './mailbox.ts'
import { nobodysAws } from './nobodys-aws.ts'
import { startParameterStore } from './parameter-store.ts'
import { checkFree, freePort } from './ports.ts'
import { announceEndpoint, forgetEndpoint, runningEndpoint } from './running.ts'
import { givenSettings, localConfig, localEnv } from './settings.ts'
import { keysOfStage } from './stage-keys.ts'
import { createTables } from './tables.ts'
import { whenTold } from './when-told.ts'

let stopping: Promise<void> | undefined
/** The folder over which an engine of ours runs. */
let ownFolder: string | undefined

function stop(status: number): Promise<void> {
  stopping ??= stopAll()
    .then(() => (ownFolder ? forgetEndpoint(ownFolder) : undefined))
    .then(() => process.exit(status))
  return stopping
}

/** Says one sentence, unless whatever failed did so because we are ending it. */
async function fail(error: unknown): Promise<void> {
  if (!stopping) console.error((error as Error).message)
  await stop(1)
}

async function main(): Promise<void> {
  whenTold(() => stop(0))
  process.on('uncaughtException', fail)
  const config = localConfig()
  const running = await runningEndpoint(config.localFolder)
  if (running) {
    throw new Error(
      `npm start is running over ${config.localFolder}, or its DynamoDB at ${running} is left of one: end it, or choose another folder with LOCAL_FOLDER`,
    )
  }
  await checkFree(config.port, 'PORT=3001 npm start')
  if (!config.sesEndpoint) await checkFree(config.mailboxPort, 'MAILBOX_PORT=8006 npm start')

  for (const [path, text] of await generatedFiles()) {
    const isFresh = (await readFile(path, 'utf8').catch(() => '')) === text
    if (!isFresh) throw new Error(`${path} is not what the contracts say: run npm run generate`)
  }

  await mkdir(config.localFolder, { recursive: true }).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`LOCAL_FOLDER is not a folder, and cannot be made one: ${code}`)
  })
  const { parameters, place: keysFile } = await keysOfStage('local')
  const now = () => Math.floor(Date.now() / 1000)
  const keys = (await makeFirstKeys(parameters, { now: now() })).length > 0 ? 'made' : 'kept'
  await storedKeys(parameters, now).signingKey()
  const store = await startParameterStore(parameters, config.keysPath)
  const endpoint = config.dynamodbEndpoint ?? (await ownDynamodb(config.localFolder))
  await createTables(config, endpoint).catch((error: Error) => {
    if (!config.dynamodbEndpoint) throw error
    throw new Error(
      `Nothing answers at DYNAMODB_ENDPOINT ${endpoint} as DynamoDB would: ${error.message || error.name}`,
    )
  })
  const mailbox = config.sesEndpoint ?? (await ownMailbox(config.mailboxPort))
  const lambdaPort = await freePort()
  await serve(config, lambdaPort, {
    DYNAMODB_ENDPOINT: endpoint,
    SES_ENDPOINT: mailbox,
    KEYS_PATH: config.keysPath,
    SSM_ENDPOINT: store.endpoint,
  })
  const orders: Following = {
    endpoint,
    table: config.sessionsTable,
    startsAt: 'LATEST',
    batchSize: 1,
    retries: 2,
    wants: ({ eventName, dynamodb }) =>
      eventName === 'INSERT' && dynamodb?.Keys?.pk?.S?.startsWith(mailFunction.stream.prefix) === true,
  }
  const take = invokeLocally(lambdaPort, 'cardea-local-mailDeliver')
  followStream(orders, take, () => stopping !== undefined).catch(fail)
  if (!stopping) console.log(await introduction(config.port, { endpoint, mailbox, keysFile, keys }))
}

async function ownMailbox(port: number): Promise<string> {
  const { endpoint, child } = await startMailbox(port)
  child.end.then(() => stopping ?? fail(new Error(`The local mailbox has ended: ${child.lastWords()}`)))
  return endpoint
}

async function ownDynamodb(folder: string): Promise<string> {
  const { endpoint, child } = await startDynoxide(join(folder, 'dynamodb.sqlite'))
  ownFolder = folder
  await announceEndpoint(folder, endpoint)
  child.end.then(() => stopping ?? fail(new Error(`The local DynamoDB has ended: ${child.lastWords()}`)))
  return endpoint
}

/** Bundles the doors and serves them; returns once a door answers. */
async function serve(
  config: Config,
  lambdaPort: number,
  local: Readonly<Record<string, string>>,
): Promise<void> {
  let isServing = false
  const bundles = join(config.localFolder, 'bundles')
  // What an earlier run left could be loaded instead of what is bundled now.
  await rm(bundles, { recursive: true, force: true })
  const serverless = start(
    'serverless',
    process.execPath,
    [
      ...['--import', './lib/local/emulator.ts', 'node_modules/serverless/bin/serverless.js'],
      ...[
        'offline',
        'start',
        '--stage',
        'local',
        '--localEnvironment',
        '--noSponsor',
        '--disableCookieValidation',
      ],
      ...['--param', `bundles=${relative('.', bundles)}`],
      ...['--httpPort', String(config.port), '--lambdaPort', String(lambdaPort)],
    ],
    {
      env: { ...localEnv(givenSettings()), ...local, ...nobodysAws, ...quiet },
      onLine: (line) => isServing && line.trim() !== '' && !noise.test(line) && console.log(line),
    },
  )
  serverless.end.then(() => stopping ?? fail(new Error(`Serving has ended: ${serverless.lastWords()}`)))
  while (!stopping) {
    // A handler that cannot be loaded is answered here with 200 and an error in the body; one that asks for a proxy is loaded.
    const health = await fetch(`http://localhost:${config.port}/health`)
      .then((answer) => answer.text())
      .catch(() => undefined)
    if (health === '{"status":"ok"}' || health?.includes('"untrusted_proxy"')) break
    if (health) throw new Error(`The doors do not open: ${serverless.lastWords()}`)
    await wait(200)
  }
  isServing = true
}

/** What serverless-offline says of every refused token, as if something had broken, and what is counted or billed on AWS alone. */
const noise =
  /Billed Duration|Running Authorization|Identity Source is null|authorizerAccessToken|\[Error: Unauthorized\]|"function\.started"/

/** The framework's own wish to talk to the world. */
const quiet = { SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1' }

main().catch(fail)
