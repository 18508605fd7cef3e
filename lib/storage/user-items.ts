import { BatchWriteCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { withRetries } from './client.ts'
import { everythingOf } from './item-keys.ts'

type Item = Record<string, unknown>

/** DynamoDB's limit for `BatchWriteItem`. */
const MOST_IN_A_BATCH = 25

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

  /** Deletes these items. Requests that DynamoDB leaves unprocessed, because it throttles, are sent again. */
  const remove = async (items: readonly Item[]): Promise<void> => {
    const requests = items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }))
    while (requests.length > 0) {
      const RequestItems = { [TableName]: requests.splice(0, MOST_IN_A_BATCH) }
      const { UnprocessedItems } = await withRetries(() =>
        client.send(new BatchWriteCommand({ RequestItems })),
      )
      requests.push(...((UnprocessedItems?.[TableName] ?? []) as typeof requests))
    }
  }

  return { read, remove, deleteAll: async (userId: string) => remove(await read(everythingOf(userId))) }
}
