import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { unzipSync } from 'fflate'
import { makeFirstKeys } from '../../../lib/crypto/key-rotation.ts'
import { fileParameters } from '../../../lib/parameters/file.ts'
import { start } from '../child-process.ts'
import { createTable } from '../create-tables.ts'
import { startDynoxide } from '../dynamodb.ts'
import { startMailbox } from '../mailbox.ts'
import { startParameterStore } from '../parameter-store.ts'
import { quiet, SERVERLESS } from '../serverless-offline.ts'
import { invoking, passes, pollStream } from '../stream-poller.ts'
import { type LambdaFunction, lambdaFunction } from './function.ts'
import { gateway } from './gateway.ts'
import { type Deployment, readTemplate } from './template.ts'

/** A packaged stage that runs on this machine. */
export interface Stack {
  readonly origin: string
  readonly mailbox: string
  readonly dynamodb: string
  close(): Promise<void>
}

interface Options {
  readonly stage: string
  readonly folder: string
  readonly port: number
  readonly mailboxPort: number
  readonly settings: Readonly<Record<string, string>>
  /** Gets the output of the functions. */
  readonly log: (text: string) => void
}

/**
 * Packages a stage and serves its zips on a port of 127.0.0.1. The tables are in memory, the keys in `folder`.
 * Needs `isolatedAwsEnv` in the environment.
 */
export async function startStack(options: Options): Promise<Stack> {
  const { stage, folder, port, mailboxPort, log } = options
  const deployment = await packageStage(options)
  const parameters = fileParameters(join(folder, 'keys.json'))
  await makeFirstKeys(parameters, { now: Math.floor(Date.now() / 1000) })
  const stops: (() => unknown)[] = []
  const close = async () => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop()
  }
  try {
    const store = await startParameterStore(parameters, `/cardea/${stage}`)
    stops.push(store.close)
    const { endpoint: dynamodb, child: engine } = await startDynoxide()
    stops.push(engine.stop)
    const client = new DynamoDBClient({ endpoint: dynamodb })
    stops.push(() => client.destroy())
    for (const table of deployment.tables) await createTable(client, table.TableName, table)
    const { endpoint: mailbox, child } = await startMailbox(mailboxPort)
    stops.push(child.stop)

    const functions = new Map<string, LambdaFunction>()
    const unzipped = join(folder, 'unzipped')
    stops.push(() => rm(unzipped, { recursive: true, force: true }))
    const local = { DYNAMODB_ENDPOINT: dynamodb, SES_ENDPOINT: mailbox, SSM_ENDPOINT: store.endpoint }
    for (const each of deployment.functions) {
      const target = join(unzipped, each.FunctionName)
      await unzip(join(folder, 'package', basename(each.Code.S3Key)), target)
      functions.set(each.Arn, lambdaFunction(each, { folder: target, local, log }))
    }
    let isOver = false
    const polls = deployment.mappings.map(({ FunctionName, patterns, ...mapping }) => {
      const wants = (record: object) => passes(patterns, record)
      // Lambda counts an answer without a list of failures as a success.
      const invoke = async (event: object) => ({
        batchItemFailures: [],
        ...((await functions.get(FunctionName)?.invoke(event)) as object | null),
      })
      return pollStream({ ...mapping, endpoint: dynamodb, wants }, invoking(invoke), () => isOver)
    })
    const polled = Promise.allSettled(polls)
    stops.push(() => {
      isOver = true
      for (const each of functions.values()) each.stop()
      return polled
    })
    const server = gateway(deployment, functions)
    await new Promise<void>((go, reject) => server.once('error', reject).listen(port, '127.0.0.1', go))
    stops.push(() => {
      server.close()
      server.closeAllConnections()
    })
    return { origin: `http://localhost:${port}`, mailbox, dynamodb, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Packages a stage as a deployment does, with these settings and nothing else of our environment. */
async function packageStage({ stage, folder, settings }: Options): Promise<Deployment> {
  const args = ['package', '--stage', stage, '--package', relative('.', join(folder, 'package'))]
  const bundles = ['--param', `bundles=${relative('.', join(folder, 'bundles'))}`]
  const serverless = start('serverless', process.execPath, [SERVERLESS, ...args, ...bundles], {
    env: { ...settings, HOME: resolve(folder), ...quiet },
  })
  await serverless.end
  const template = join(folder, 'package/cloudformation-template-update-stack.json')
  const text = await readFile(template, 'utf8').catch(() => {
    throw new Error(`The stage ${stage} could not be packaged: ${serverless.lastLines()}`)
  })
  return readTemplate(JSON.parse(text).Resources)
}

async function unzip(zip: string, folder: string): Promise<void> {
  for (const [name, data] of Object.entries(unzipSync(await readFile(zip)))) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), data)
  }
}
