import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { UserPage, UserStore } from '../domain/ports.ts'
import { type ListedUser, positionOf } from '../domain/users.ts'
import { listedUserOf } from './accounts.ts'
import { attempt, type TableNames } from './client.ts'
import { administratorsKey, listShards } from './keys.ts'

/** Reading many accounts. A page costs the same however many there are: one query a shard, merged in order. */
export function userListing(
  client: DynamoDBDocumentClient,
  { usersTable }: TableNames,
): Pick<UserStore, 'list' | 'administrators'> {
  const queryShard = async (shard: string, { limit, order, after }: UserPage): Promise<ListedUser[]> => {
    const isBehind = order === 'asc' ? 'listKey > :after' : 'listKey < :after'
    const command = new QueryCommand({
      TableName: usersTable,
      IndexName: 'listing',
      KeyConditionExpression:
        after === undefined ? 'listShard = :shard' : `listShard = :shard AND ${isBehind}`,
      ExpressionAttributeValues: { ':shard': shard, ...(after !== undefined && { ':after': after }) },
      ScanIndexForward: order === 'asc',
      // One more than a page: whether there is more is known, not guessed.
      Limit: limit + 1,
    })
    const { Items = [] } = await attempt(() => client.send(command))
    return Items.map(listedUserOf)
  }
  return {
    async list(page) {
      const shards = await Promise.all(listShards.map((shard) => queryShard(shard, page)))
      const direction = page.order === 'asc' ? 1 : -1
      const merged = shards.flat().sort((a, b) => (positionOf(a) < positionOf(b) ? -direction : direction))
      return { users: merged.slice(0, page.limit), more: merged.length > page.limit }
    },

    async administrators() {
      const command = new GetCommand({ TableName: usersTable, Key: administratorsKey, ConsistentRead: true })
      const { Item } = await attempt(() => client.send(command))
      return Item ? [...(Item.userIds as Set<string>)] : []
    },
  }
}
