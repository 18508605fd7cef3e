import { randomBytes } from 'node:crypto'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createTables } from '../local/tables.ts'
import { documentClient, type TableNames } from '../storage/client.ts'
import { dynamoDenylist } from '../storage/denylist.ts'
import { dynamoSessions } from '../storage/sessions.ts'
import { dynamoUsers } from '../storage/users.ts'

/** The stores over the engine that runs, in tables of their own, and the client to look behind them. */
export async function engineStores() {
  const endpoint = process.env.DYNAMODB_ENDPOINT
  if (!endpoint) throw new Error('No engine runs: this test belongs to the project "engine"')
  const tables = tableNames(`test-${randomBytes(4).toString('hex')}`)
  await createTables(tables, endpoint)
  const client = documentClient({ dynamodbEndpoint: endpoint })
  return { client, tables, endpoint, ...storesOver(client, tables) }
}

export const storesOver = (client: DynamoDBDocumentClient, tables: TableNames) => ({
  users: dynamoUsers(client, tables),
  sessions: dynamoSessions(client, tables),
  denylist: dynamoDenylist(client, tables),
})

const tableNames = (prefix: string): TableNames => ({
  usersTable: `${prefix}-users`,
  sessionsTable: `${prefix}-sessions`,
  refreshTokenDenylistTable: `${prefix}-refresh-token-denylist`,
})

/** What a piece of work cost: calls to DynamoDB, and the units that it was billed. */
export interface Cost {
  calls: number
  readUnits: number
  writeUnits: number
}

/** Counts what `work` costs, by asking the engine to say so with each answer. */
export async function costOf(client: DynamoDBDocumentClient, work: () => Promise<unknown>): Promise<Cost> {
  const cost: Cost = { calls: 0, readUnits: 0, writeUnits: 0 }
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
        const result = await next(args).catch((error) => {
          cost.calls++
          // A refused condition is billed like the write it refused.
          cost.writeUnits++
          throw error
        })
        const { ConsumedCapacity: consumed } = result.output as { ConsumedCapacity?: Consumed | Consumed[] }
        const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
        cost.calls++
        cost[/Get|Query/.test(commandName) ? 'readUnits' : 'writeUnits'] += units
        return result
      },
    { step: 'initialize', name: 'countCost', override: true },
  )
  try {
    await work()
  } finally {
    client.middlewareStack.remove('countCost')
  }
  return cost
}
type Consumed = { CapacityUnits?: number }
