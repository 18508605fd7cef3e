import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import type { Config } from '../../lib/config.ts'
import { type Child, start, untilReady } from './child-process.ts'
import { isolatedAwsEnv } from './isolated-aws-env.ts'

/** On a slow machine, bundling takes minutes. */
const START_SECONDS = 300

/** serverless-offline logs a refused token like a failure. Other lines here only matter on AWS. */
const noise =
  /Billed Duration|Running Authorization|Identity Source is null|authorizerAccessToken|\[Error: Unauthorized\]|"function\.started"/

export const SERVERLESS = 'node_modules/serverless/bin/serverless.js'
/** Otherwise the framework looks for news and reports usage. */
export const quiet = { SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1' }

/** @throws if the framework cannot write its state to HOME. It would hang without a message. */
export async function checkHome(home = homedir()): Promise<void> {
  const folder = join(home, '.serverless')
  const probe = join(folder, `cardea-${process.pid}`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(
      `HOME is ${home}, where nothing can be written (${code}), and the Serverless Framework has to: set HOME to a folder of yours`,
    )
  }
}

/** Bundles the functions and serves them. Returns once one answers. From then on their output is printed. */
export async function serveFunctions(
  config: Config,
  lambdaPort: number,
  env: Readonly<Record<string, string>>,
  onEnd: (serverless: Child) => void,
): Promise<void> {
  let isServing = false
  const bundles = join(config.localFolder, 'bundles')
  // Otherwise a bundle of an earlier run could be loaded.
  await rm(bundles, { recursive: true, force: true })
  const serverless = start(
    'serverless-offline',
    process.execPath,
    [
      ...[
        '--import',
        './tools/local/patch-serverless-offline.ts',
        '--import',
        './tools/local/cors-warning.ts',
      ],
      ...[SERVERLESS, 'offline', 'start', '--stage', 'local'],
      ...['--localEnvironment', '--noSponsor', '--disableCookieValidation'],
      ...['--param', `bundles=${relative('.', bundles)}`],
      ...['--httpPort', String(config.port), '--lambdaPort', String(lambdaPort)],
    ],
    {
      env: { ...env, ...isolatedAwsEnv, ...quiet },
      onLine: (line) => isServing && line.trim() !== '' && !noise.test(line) && console.log(line),
      log: join(config.localFolder, 'log', 'functions.log'),
    },
  )
  serverless.end.then(() => onEnd(serverless))
  // If a handler cannot be loaded, serverless-offline answers 200 with an error in the body. `untrusted_proxy` comes from the handler.
  const isHealthy = (text: string) => text === '{"status":"ok"}' || text.includes('"untrusted_proxy"')
  await untilReady(serverless, `http://localhost:${config.port}/health`, START_SECONDS, isHealthy)
  isServing = true
}
