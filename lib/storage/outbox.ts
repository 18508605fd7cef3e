import { randomUUID } from 'node:crypto'
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Outbox } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { ITEM_VERSION, withRetries } from './client.ts'
import { emailJobKey } from './item-keys.ts'

/** A mail that comes later is of no use, and most codes have expired by then. */
const JOB_SECONDS = 3600

/** Writes email jobs to the session table, whose stream delivers them to the mail function. */
export function dynamoOutbox(
  client: DynamoDBDocumentClient,
  { sessionsTable: TableName }: Pick<TableNames, 'sessionsTable'>,
): Outbox {
  return {
    async put(job, now) {
      const key = emailJobKey(randomUUID())
      const Item = { ...key, job, expiresAt: now + JOB_SECONDS, v: ITEM_VERSION }
      await withRetries(() => client.send(new PutCommand({ TableName, Item })))
    },
  }
}
