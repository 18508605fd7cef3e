import { randomUUID } from 'node:crypto'
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Outbox } from '../domain/ports.ts'
import { ITEM_VERSION, type TableNames, withRetries } from './client.ts'
import { emailJobKey } from './keys.ts'

/** Nobody waits longer for a mail, and no code lives much longer. */
const ORDER_SECONDS = 3600

/** Leaves an order in the table of sessions, whose stream hands it to the function that mails. */
export function dynamoOutbox(
  client: DynamoDBDocumentClient,
  { sessionsTable: TableName }: Pick<TableNames, 'sessionsTable'>,
): Outbox {
  return {
    async put(job, now) {
      const key = emailJobKey(randomUUID())
      const Item = { ...key, job, expiresAt: now + ORDER_SECONDS, v: ITEM_VERSION }
      await withRetries(() => client.send(new PutCommand({ TableName, Item })))
    },
  }
}
