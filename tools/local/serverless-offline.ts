import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import type { Config } from '../../lib/config.ts'
import { type Child, start, untilReady } from './child-process.ts'
import { isolatedAwsEnv } from './isolated-aws-env.ts'

/** A slow machine bundles for minutes. */
const START_SECONDS = 300

/** What serverless-offline says of every refused token, as if something had broken, and what is counted or billed on AWS alone. */
const noise =
  /Billed Duration|Running Authorization|Identity Source is null|authorizerAccessToken|\[Error: Unauthorized\]|"function\.started"/

export const SERVERLESS = 'node_modules/serverless/bin/serverless.js'
/** The framework looks for news and reports usage otherwise. */
export const quiet = { SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1' }

/** @throws unless the framework can write where it keeps its state: it says nothing then, and never serves. */
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

/** Bundles the functions and serves them. Returns once one answers; what they print then goes to standard output. */
export async function serveFunctions(
  config: Config,
  lambdaPort: number,
  env: Readonly<Record<string, string>>,
  onEnd: (serverless: Child) => void,
): Promise<void> {
  let isServing = false
  const bundles = join(config.localFolder, 'bundles')
  // What an earlier run left could be loaded instead of what is bundled now.
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
  // A handler that cannot be loaded is answered here with 200 and an error in the body; one that asks for a proxy is loaded.
  const isHealthy = (text: string) => text === '{"status":"ok"}' || text.includes('"untrusted_proxy"')
  await untilReady(serverless, `http://localhost:${config.port}/health`, START_SECONDS, isHealthy)
  isServing = true
}
