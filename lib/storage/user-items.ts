import { setTimeout as wait } from 'node:timers/promises'
import { BatchWriteCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { withRetries } from './client.ts'
import { everythingOf } from './item-keys.ts'

type Item = Record<string, unknown>

/** DynamoDB's limit for `BatchWriteItem`. */
const MOST_IN_A_BATCH = 25
const FIRST_WAIT_MS = 50
const LAST_WAIT_MS = 1000

/** The items of a user in one table, whose key is `userKey` of `item-keys.ts`. */
export function userItems(client: DynamoDBDocumentClient, TableName: string) {
  /** All items under a prefix, page after page. */
  const read = async ({ pk, prefix }: { pk: string; prefix: string }): Promise<Item[]> => {
    const found: Item[] = []
    let from: Item | undefined
    do {
      const command = new QueryCommand({
        TableName,
        KeyConditionExpression: prefix ? 'pk = :pk AND begins_with(sk, :prefix)' : 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk, ...(prefix && { ':prefix': prefix }) },
        ConsistentRead: true,
        ...(from && { ExclusiveStartKey: from }),
      })
      const { Items = [], LastEvaluatedKey } = await withRetries(() => client.send(command))
      found.push(...Items)
      from = LastEvaluatedKey
    } while (from)
    return found
  }

  /** Deletes these items. Sends what DynamoDB leaves unprocessed, because it throttles, again after a wait with jitter. */
  const remove = async (items: readonly Item[]): Promise<void> => {
    const requests = items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }))
    for (let waits = 0; requests.length > 0; ) {
      const RequestItems = { [TableName]: requests.splice(0, MOST_IN_A_BATCH) }
      const { UnprocessedItems } = await withRetries(() =>
        client.send(new BatchWriteCommand({ RequestItems })),
      )
      const left = (UnprocessedItems?.[TableName] ?? []) as typeof requests
      if (left.length > 0)
        await wait((1 + Math.random()) * Math.min(FIRST_WAIT_MS * 2 ** waits++, LAST_WAIT_MS))
      requests.push(...left)
    }
  }

  return { read, remove, deleteAll: async (userId: string) => remove(await read(everythingOf(userId))) }
}
