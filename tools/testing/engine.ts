import { randomBytes } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { settingOf } from '../../lib/domain/limits.ts'
import type { Clock } from '../../lib/domain/ports.ts'
import { tables as kinds, type TableNames } from '../../lib/domain/table-names.ts'
import { dynamoAuthSessions } from '../../lib/storage/auth-sessions.ts'
import { endingWithInvocation } from '../../lib/storage/client.ts'
import { dynamoCodes } from '../../lib/storage/codes.ts'
import { dynamoCounters } from '../../lib/storage/counters.ts'
import { dynamoDenylist } from '../../lib/storage/denylist.ts'
import { dynamoEmailJobs } from '../../lib/storage/email-jobs.ts'
import { dynamoFactorUndos } from '../../lib/storage/factor-undos.ts'
import { dynamoIdentities } from '../../lib/storage/identities.ts'
import { dynamoOutbox } from '../../lib/storage/outbox.ts'
import { dynamoPasskeys } from '../../lib/storage/passkeys.ts'
import { dynamoRevocations } from '../../lib/storage/revocations.ts'
import { dynamoSessionOpenings } from '../../lib/storage/session-openings.ts'
import { dynamoSessions } from '../../lib/storage/sessions.ts'
import { dynamoSocial } from '../../lib/storage/social.ts'
import { dynamoTotps } from '../../lib/storage/totps.ts'
import { dynamoUserData } from '../../lib/storage/user-data.ts'
import { dynamoUsers } from '../../lib/storage/users.ts'
import { tableNamesOf } from '../deploy/settings.ts'
import { createTables } from '../local/create-tables.ts'

/** The stores over the running engine, with tables of their own, and the client to look at what is stored. */
export async function engineStores(clock: Clock = nothingEnds, stage = 'test') {
  const endpoint = process.env.DYNAMODB_ENDPOINT
  if (!endpoint) throw new Error('No engine runs. Name this test *.integration.test.ts')
  const tables = tableNamesOf(`${stage}-${randomBytes(4).toString('hex')}`)
  await createTables(tables, endpoint)
  // One attempt and no time limit, unlike lib/storage: a thousand calls at once on a slow machine are a queue, not an outage.
  const client = endingWithInvocation(new DynamoDBClient({ endpoint, maxAttempts: 1 }))
  return { client, tables, endpoint, ...storesOver(client, tables, clock) }
}

/** For tests in which no account expires. */
export const nothingEnds: Clock = { now: () => 0 }

const storesOver = (client: DynamoDBDocumentClient, tables: TableNames, clock: Clock) => ({
  users: dynamoUsers(client, tables, clock),
  sessions: dynamoSessions(client, tables),
  denylist: dynamoDenylist(client, tables),
  userData: dynamoUserData(client, tables),
  authSessions: dynamoAuthSessions(client, tables),
  sessionOpenings: dynamoSessionOpenings(client, tables),
  totps: dynamoTotps(client, tables),
  passkeys: dynamoPasskeys(client, tables),
  factorUndos: dynamoFactorUndos(client, tables),
  identities: dynamoIdentities(client, tables),
  social: dynamoSocial(client, tables),
  revocations: dynamoRevocations(client, tables),
  codes: dynamoCodes(client, tables),
  counters: dynamoCounters(client, tables),
  outbox: dynamoOutbox(client, tables),
  emailJobs: dynamoEmailJobs(client, tables),
})

/** The settings that name these tables, as a process finds them in its environment. */
export const tableEnv = (names: TableNames): Record<string, string> =>
  Object.fromEntries(Object.entries(names).map(([key, name]) => [settingOf(key), name]))

/** What some work called in DynamoDB, each call as a contract names it, and the units that it was billed. */
export interface Cost {
  readonly calls: string[]
  readUnits: number
  writeUnits: number
}

/** Counts what `work` costs. The engine reports the units with each answer. */
export async function costOf(
  { client, tables }: { client: DynamoDBDocumentClient; tables: TableNames },
  work: () => Promise<unknown>,
): Promise<Cost> {
  const cost: Cost = { calls: [], readUnits: 0, writeUnits: 0 }
  const bill = (consumed: Consumed | Consumed[] | undefined, isRead: boolean) => {
    const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
    cost[isRead ? 'readUnits' : 'writeUnits'] += units
  }
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        cost.calls.push(...needsOf(commandName.replace('Command', ''), args.input, tables))
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
        const result = await next(args)
        const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Consumed | Consumed[] }
        bill(ConsumedCapacity, /Get|Query/.test(commandName))
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

/** The needs of one call, in IAM's words. A transaction needs those of its items, a batch those of its tables. */
function needsOf(command: string, input: object, tables: TableNames): string[] {
  const { IndexName, TableName, RequestItems, TransactItems } = input as {
    IndexName?: string
    TableName?: string
    RequestItems?: Record<string, unknown>
    TransactItems?: readonly Record<string, { TableName?: string }>[]
  }
  const table = (name = '') =>
    Object.entries(kinds).find(([setting]) => tables[setting as keyof TableNames] === name)?.[1]
  if (command === 'Query') return [`${table(TableName)}${IndexName ? `/${IndexName}` : ''}:Query`]
  if (RequestItems)
    return Object.keys(RequestItems).map((name) => `${table(name)}:${command.replace(/Item$/, '')}Item`)
  const parts = TransactItems?.flatMap((part) => Object.entries(part)) ?? [
    [command.replace(/Item$/, ''), { TableName }],
  ]
  return parts.map(([action, { TableName: name }]) => `${table(name)}:${action}Item`)
}
