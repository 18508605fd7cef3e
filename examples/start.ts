/** `npm run example`: the notes API and the page that uses it, beside a running `npm start`. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { context } from 'esbuild'
import { parse } from 'yaml'
import type { Config } from '../lib/config.ts'
import { start, stopAll, throwWhenEnded, untilReady } from '../tools/local/child-process.ts'
import { createTable } from '../tools/local/create-tables.ts'
import { runningEndpoint } from '../tools/local/dynamodb.ts'
import { isolatedAwsEnv } from '../tools/local/isolated-aws-env.ts'
import { onStop } from '../tools/local/on-stop.ts'
import { checkFree, freePort } from '../tools/local/ports.ts'
import { serverlessEnv } from '../tools/local/serverless-offline.ts'
import { localConfig } from '../tools/local/settings.ts'

const { PAGE_PORT = '5173', NOTES_PORT = '3100' } = process.env
const page = `http://localhost:${PAGE_PORT}`
const notesApi = `http://localhost:${NOTES_PORT}`

async function main(): Promise<void> {
  const config = localConfig()
  const { issuer, localFolder, allowedOrigins } = config
  const endpoint = config.dynamodbEndpoint ?? (await runningEndpoint(localFolder))
  const isRunning = await fetch(`${issuer}/health`).then(
    ({ ok }) => ok,
    () => false,
  )
  if (!isRunning || !endpoint)
    throw new Error(`npm start does not run on ${issuer}. Start it in another shell, and try again.`)
  if (!(await isAllowed(issuer))) {
    const line = `ALLOWED_ORIGINS=${[...new Set([...allowedOrigins, page])].join(',')}`
    throw new Error(
      `npm start does not allow ${page}. Write this line into .env, and restart npm start:\n\n  ${line}\n`,
    )
  }
  await checkFree(Number(PAGE_PORT), 'PAGE_PORT=5174 npm run example')
  await checkFree(Number(NOTES_PORT), 'NOTES_PORT=3101 npm run example')

  console.log('Starting the notes API ...')
  await makeTable(endpoint)
  await serveNotes(config, endpoint)
  await servePage(issuer)
  console.log(`\nThe example is running on ${page}\nIts notes API is on ${notesApi}\n\nCtrl-C ends it all.`)
}

/** As a browser asks before it sends a request of the page. */
async function isAllowed(issuer: string): Promise<boolean> {
  const headers = { origin: page, 'access-control-request-method': 'POST' }
  const answer = await fetch(`${issuer}/auth/refresh`, { method: 'OPTIONS', headers })
  return answer.headers.get('access-control-allow-origin') === page
}

async function makeTable(endpoint: string): Promise<void> {
  const { Resources } = parse(await readFile('examples/notes-api/table.yml', 'utf8'))
  const client = new DynamoDBClient({ endpoint })
  await createTable(client, 'notes-local', Resources.NotesTable.Properties)
  client.destroy()
}

async function serveNotes({ issuer, audience, localFolder }: Config, endpoint: string): Promise<void> {
  const options = ['--stage=local', '--localEnvironment', '--noSponsor']
  const ports = [`--httpPort=${NOTES_PORT}`, `--lambdaPort=${await freePort()}`]
  const serverless = resolve('node_modules/serverless/bin/serverless.js')
  const child = start(
    'The notes API',
    [process.execPath, serverless, 'offline', 'start', ...options, ...ports],
    {
      cwd: 'examples/notes-api',
      env: {
        ...isolatedAwsEnv,
        ...serverlessEnv(localFolder),
        CARDEA_ISSUER: issuer,
        CARDEA_AUDIENCE: audience,
        FRONT_END: page,
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      },
      log: join(localFolder, 'log', 'notes-api.log'),
    },
  )
  await untilReady(child, `${notesApi}/notes`, 300)
  throwWhenEnded(child)
}

/** Bundles the page at each request. */
async function servePage(issuer: string): Promise<void> {
  const folder = 'examples/spa'
  const build = await context({
    entryPoints: [`${folder}/app.ts`],
    outdir: folder,
    bundle: true,
    format: 'esm',
    // A page of your own installs the package; see client/README.md.
    alias: { 'cardea-client': './client/src/client.ts' },
    define: { ISSUER: JSON.stringify(issuer), NOTES_API: JSON.stringify(notesApi) },
    write: false,
    logLevel: 'warning',
  })
  await build.serve({ servedir: folder, host: '127.0.0.1', port: Number(PAGE_PORT) })
}

let stopping: Promise<void> | undefined
function stop(status: number): Promise<void> {
  stopping ??= stopAll().then(() => process.exit(status))
  return stopping
}
async function fail({ message }: Error): Promise<void> {
  if (!stopping) console.error(message)
  await stop(1)
}

onStop(() => stop(0))
process.on('uncaughtException', fail)
main().catch(fail)
