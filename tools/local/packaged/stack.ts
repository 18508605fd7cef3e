import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { makeFirstKeys } from '../../../lib/crypto/key-rotation.ts'
import { fileParameters } from '../../../lib/parameters/file.ts'
import { startDynoxide } from '../dynamodb.ts'
import { startMailbox } from '../mailbox.ts'
import { startParameterStore } from '../parameter-store.ts'
import { createTable, type TableProperties } from '../tables.ts'
import { packageStage } from './package.ts'
import { servePackage, templateIn } from './serve.ts'

/** A deployed stage, as far as a laptop can have one. */
export interface Stack {
  readonly origin: string
  readonly mailbox: string
  readonly dynamodb: string
  close(): Promise<void>
}

/**
 * Packages a stage, and runs the package over engines of its own: tables of the template in memory, a mailbox, keys in
 * `folder`. Needs `isolatedAwsEnv` in the environment.
 */
export async function startStack({
  stage,
  folder,
  port,
  mailboxPort,
  settings,
  log,
}: {
  stage: string
  folder: string
  port: number
  mailboxPort: number
  settings: Readonly<Record<string, string>>
  log: (text: string) => void
}): Promise<Stack> {
  await packageStage(stage, folder, settings)
  const parameters = fileParameters(join(folder, 'keys.json'))
  await makeFirstKeys(parameters, { now: Math.floor(Date.now() / 1000) })
  const stops: (() => Promise<void>)[] = []
  const close = async () => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop()
  }
  try {
    const store = await startParameterStore(parameters, `/cardea/${stage}`)
    stops.push(async () => store.close())
    const dynamodb = await startDynoxide()
    stops.push(() => dynamodb.child.stop())
    const mailbox = await startMailbox(mailboxPort)
    stops.push(() => mailbox.child.stop())
    await createTablesOf(join(folder, 'package'), dynamodb.endpoint)
    const local = {
      DYNAMODB_ENDPOINT: dynamodb.endpoint,
      SES_ENDPOINT: mailbox.endpoint,
      SSM_ENDPOINT: store.endpoint,
    }
    const served = await servePackage(join(folder, 'package'), { port, local, log })
    stops.push(() => served.close())
    return {
      origin: `http://localhost:${port}`,
      mailbox: mailbox.endpoint,
      dynamodb: dynamodb.endpoint,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function createTablesOf(folder: string, endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint })
  const { tables } = await templateIn(folder)
  for (const properties of tables.values())
    await createTable(client, properties.TableName, properties as TableProperties)
  client.destroy()
}
