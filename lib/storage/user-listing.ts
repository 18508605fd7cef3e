import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock, UserPage, UserStore } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { isExpired, type ListedUser, positionOf } from '../domain/users.ts'
import { accountOf, listedUserOf } from './accounts.ts'
import { readTogether, withRetries } from './client.ts'
import { accountKey, administratorsKey, listShards } from './item-keys.ts'

/** Lists accounts. A page costs the same for any number of users: one query per shard, merged in order. */
export function userListing(
  client: DynamoDBDocumentClient,
  { usersTable }: TableNames,
  clock: Clock,
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
      // One more than a page shows whether there is a next page.
      Limit: limit + 1,
    })
    const { Items = [] } = await withRetries(() => client.send(command))
    return Items.map(listedUserOf)
  }
  /**
   * The index does not contain the expiry, and its attributes cannot be changed, so unverified accounts are read from the
   * table.
   */
  const withoutExpired = async (users: readonly ListedUser[]): Promise<ListedUser[]> => {
    const unverified = users.filter(({ emailVerified }) => !emailVerified)
    if (unverified.length === 0) return [...users]
    const items = await readTogether(
      client,
      unverified.map(({ id }) => ({ table: usersTable, key: accountKey(id) })),
    )
    const now = clock.now()
    const isThere = new Set(
      items.flatMap((item) => (item && !isExpired(accountOf(item), now) ? accountOf(item).id : [])),
    )
    return users.filter(({ id, emailVerified }) => emailVerified || isThere.has(id))
  }
  return {
    async list(page) {
      const shards = await Promise.all(listShards.map((shard) => queryShard(shard, page)))
      const direction = page.order === 'asc' ? 1 : -1
      const merged = shards.flat().sort((a, b) => (positionOf(a) < positionOf(b) ? -direction : direction))
      const found = merged.slice(0, page.limit)
      const last = found.at(-1)
      const more = merged.length > page.limit
      return { users: await withoutExpired(found), behind: more && last ? positionOf(last) : undefined }
    },

    async administrators() {
      const command = new GetCommand({ TableName: usersTable, Key: administratorsKey, ConsistentRead: true })
      const { Item } = await withRetries(() => client.send(command))
      return Item ? [...(Item.userIds as Set<string>)] : []
    },
  }
}
