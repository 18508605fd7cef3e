import { rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Config } from '../../lib/config.ts'
import type { StreamContract } from '../../lib/contract/contract.ts'
import { bundleFunctions, rebundleOnChange } from './bundles.ts'
import { sayComplete } from './bundles-complete.ts'
import { start, throwWhenEnded, untilReady } from './child-process.ts'
import { createTables } from './create-tables.ts'
import { isolatedAwsEnv } from './isolated-aws-env.ts'
import { freePort } from './ports.ts'
import { givenSettings, localEnv } from './settings.ts'
import { pollStream } from './stream-poller.ts'

export interface Serving {
  readonly config: Config
  /** For what is made on the way. */
  readonly folder: string
  /** Settings of the functions that name the local services. */
  readonly local: Readonly<Record<string, string>> & { readonly DYNAMODB_ENDPOINT: string }
  /** Ends it. */
  readonly signal: AbortSignal
}

/** On a slow machine, this takes minutes. */
const START_SECONDS = 300

/** serverless-offline logs a refused token like a failure. Other lines here only matter on AWS. */
const noise =
  /Billed Duration|Running Authorization|Identity Source is null|authorizerAccessToken|\[Error: Unauthorized\]|"function\.started"/

/** The program of the Serverless Framework. */
export const FRAMEWORK = 'node_modules/serverless/bin/serverless.js'

/** Where Node keeps compiled code, so that the next start is faster. `NODE_COMPILE_CACHE` names another folder. */
export const compileCache = (folder: string): string =>
  process.env.NODE_COMPILE_CACHE || resolve(folder, 'compile-cache')

/** Its environment: it keeps its state in `folder` instead of the developer's home, and neither looks for news nor reports usage. */
export const serverlessEnv = (folder: string): Readonly<Record<string, string>> => ({
  HOME: resolve(folder),
  NODE_COMPILE_CACHE: compileCache(folder),
  SLS_NOTIFICATIONS_MODE: 'off',
  SLS_TELEMETRY_DISABLED: '1',
})

/** Bundles the functions and serves them. Returns once one answers. From then on their output is printed. */
export async function serveFunctions({ config, folder, local, signal }: Serving): Promise<void> {
  const { port, sessionsTable } = config
  const bundles = resolve(folder, 'bundles')
  // A bundle of an earlier run must not be served.
  await rm(bundles, { recursive: true, force: true })
  const lambdaPort = await freePort()
  const imports = ['patch-serverless-offline', 'cors-warning'].map(
    (name) => `--import=./tools/local/${name}.ts`,
  )
  const options = ['--stage=local', '--localEnvironment', '--noSponsor', '--disableCookieValidation']
  const ports = [`--httpPort=${port}`, `--lambdaPort=${lambdaPort}`]
  const location = ['--param', `location=${relative('.', bundles)}`]
  const command = [FRAMEWORK, 'offline', 'start', ...options, ...ports, ...location]
  let isServing = false
  const serverless = start('serverless-offline', [process.execPath, ...imports, ...command], {
    env: { ...localEnv(givenSettings()), ...local, ...isolatedAwsEnv, ...serverlessEnv(folder) },
    onLine: (line) => isServing && line.trim() !== '' && !noise.test(line) && console.log(line),
    log: join(folder, 'log', 'functions.log'),
  })
  // The framework loads meanwhile, which takes longer than all of this.
  const [bundle] = await Promise.all([
    bundleFunctions(bundles, signal),
    makeTables(config, local.DYNAMODB_ENDPOINT),
  ])
  rebundleOnChange(bundle, signal)
  await bundle()
  await sayComplete(bundles)
  const answer = await untilReady(serverless, `http://localhost:${port}/health`, START_SECONDS)
  // If a handler cannot be loaded, serverless-offline answers 200 with an error in the body. `untrusted_proxy` comes from the handler.
  if (answer !== '{"status":"ok"}' && !answer.includes('"untrusted_proxy"'))
    throw new Error(`serverless-offline cannot load the functions: ${serverless.lastLines()}`)
  isServing = true
  throwWhenEnded(serverless)

  // serverless-offline reads no stream.
  const poll = (name: string, { stream: { prefix } }: StreamContract) => {
    const invocations = `http://localhost:${lambdaPort}/2015-03-31/functions/cardea-local-${name}/invocations`
    const invoke = async (event: object) =>
      (await fetch(invocations, { method: 'POST', body: JSON.stringify(event) })).json()
    const mapping = { table: sessionsTable, prefix, startsAt: 'LATEST', retries: 2 } as const
    pollStream(local.DYNAMODB_ENDPOINT, mapping, invoke, signal)
  }
  // Imported when `npm start` begins, a handler would fail on a text of mails that is no JSON before the check of the texts.
  poll('mailSend', (await import('../../functions/mail/send.ts')).contract)
  if (config.providers.length > 0)
    poll('socialRevoke', (await import('../../functions/social/revoke.ts')).contract)
}

async function makeTables(config: Config, endpoint: string): Promise<void> {
  await createTables(config, endpoint).catch((error: Error) => {
    const { dynamodbEndpoint } = config
    if (!dynamodbEndpoint) throw error
    const cause = error.message || error.name
    throw new Error(`Nothing answers at DYNAMODB_ENDPOINT ${dynamodbEndpoint} as DynamoDB would: ${cause}`)
  })
}
