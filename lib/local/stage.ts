import { join } from 'node:path'
import { tableNamesOf } from '../deploy/settings.ts'
import type { SessionStore, UserStore } from '../domain/ports.ts'
import { documentClient, type TableNames } from '../storage/client.ts'
import { dynamoSessions } from '../storage/sessions.ts'
import { dynamoUsers } from '../storage/users.ts'
import { checkStage } from './command.ts'
import { startDynoxide } from './dynamodb.ts'
import { runningEndpoint } from './running.ts'
import { localConfig } from './settings.ts'
import { createTables } from './tables.ts'

interface Stores {
  readonly users: UserStore
  readonly sessions: SessionStore
  close(): Promise<void>
}

/**
 * The stores of a stage: `local` is what `npm start` keeps, whether it runs or not; any other is in AWS, with the
 * caller's own credentials and region.
 */
export async function storesOfStage(stage: string): Promise<Stores> {
  if (stage === 'local') return localStores()
  checkStage(stage)
  return stores(tableNamesOf(stage, process.env), undefined, async () => undefined)
}

async function localStores(): Promise<Stores> {
  const config = localConfig()
  const running = config.dynamodbEndpoint ?? (await runningEndpoint(config.localFolder))
  if (running) return stores(config, running, async () => undefined)
  const { endpoint, child } = await startDynoxide(join(config.localFolder, 'dynamodb.sqlite'))
  await createTables(config, endpoint)
  return stores(config, endpoint, () => child.stop())
}

function stores(
  tables: TableNames,
  dynamodbEndpoint: string | undefined,
  close: () => Promise<void>,
): Stores {
  const client = documentClient({ dynamodbEndpoint })
  return { users: dynamoUsers(client, tables), sessions: dynamoSessions(client, tables), close }
}
