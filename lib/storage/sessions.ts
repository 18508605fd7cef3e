import { isDeepStrictEqual } from 'node:util'
import {
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { SessionStore } from '../domain/ports.ts'
import type { TableNames } from '../domain/tables.ts'
import { accountOf } from './accounts.ts'
import { ITEM_VERSION, isConditionFailed, readTogether, unlessConditionFails, withRetries } from './client.ts'
import { accountKey, everythingOf, revokedFamilyKey, sessionKey, sessionsOf } from './keys.ts'
import { sessionItem, sessionOf } from './session-items.ts'

/** DynamoDB's limit for `BatchWriteItem`. */
const MOST_IN_A_BATCH = 25

/** Sessions, and the denylist entries that end them. Each decision is one conditional write. */
export function dynamoSessions(client: DynamoDBDocumentClient, tables: TableNames): SessionStore {
  const { usersTable, sessionsTable, refreshTokenDenylistTable } = tables
  /** All items with a key prefix, page by page. */
  const items = async ({
    pk,
    prefix,
  }: {
    pk: string
    prefix: string
  }): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = []
    let from: Record<string, unknown> | undefined
    do {
      const command = new QueryCommand({
        TableName: sessionsTable,
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

  /** Items that DynamoDB leaves unprocessed expire by TTL. */
  const forget = async (dead: readonly Record<string, unknown>[]): Promise<void> => {
    const requests = dead.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }))
    for (let start = 0; start < requests.length; start += MOST_IN_A_BATCH) {
      const RequestItems = { [sessionsTable]: requests.slice(start, start + MOST_IN_A_BATCH) }
      await withRetries(() => client.send(new BatchWriteCommand({ RequestItems })))
    }
  }

  return {
    async open(session) {
      const command = new PutCommand({
        TableName: sessionsTable,
        Item: sessionItem(session),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      try {
        await withRetries(() => client.send(command))
      } catch (error) {
        // The SDK may have sent this write twice, without an answer to the first.
        const isOurs =
          isConditionFailed(error) &&
          error.Item &&
          isDeepStrictEqual(sessionOf(unmarshall(error.Item)), session)
        if (!isOurs) throw error
      }
    },

    async rotate({ userId, sessionId, generation, now, idleExpiresAt, rotatedBy, refreshRate }) {
      const command = new UpdateCommand({
        TableName: sessionsTable,
        Key: sessionKey(userId, sessionId),
        UpdateExpression: `SET ${[
          'generation = generation + :one',
          'lastUsedAt = :now',
          'rotatedAt = :now',
          'rotatedBy = :by',
          'idleExpiresAt = :idle',
          'refreshRate = :refreshRate',
        ].join(', ')}`,
        // Without both expiries in the condition, an expired session that TTL has not deleted yet could be refreshed.
        ConditionExpression: 'generation = :presented AND idleExpiresAt > :now AND expiresAt > :now',
        ExpressionAttributeValues: {
          ':one': 1,
          ':now': now,
          ':by': rotatedBy,
          ':idle': idleExpiresAt,
          ':refreshRate': refreshRate,
          ':presented': generation,
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      try {
        const { Attributes = {} } = await withRetries(() => client.send(command))
        return { rotated: true, session: sessionOf(Attributes) }
      } catch (error) {
        if (!isConditionFailed(error)) throw error
        // The document client does not unmarshall the old item.
        return { rotated: false, session: error.Item && sessionOf(unmarshall(error.Item)) }
      }
    },

    async keepPredecessor({ userId, sessionId, rotatedBy }) {
      const command = new UpdateCommand({
        TableName: sessionsTable,
        Key: sessionKey(userId, sessionId),
        // No time before the absolute end is past it, so the grace period does not end.
        UpdateExpression: 'SET rotatedAt = expiresAt',
        ConditionExpression: 'rotatedBy = :by',
        ExpressionAttributeValues: { ':by': rotatedBy },
      })
      await unlessConditionFails(() => client.send(command))
    },

    async currentState(userId, sessionId) {
      const [account, revoked] = await readTogether(client, [
        { table: usersTable, key: accountKey(userId) },
        { table: refreshTokenDenylistTable, key: revokedFamilyKey(sessionId) },
      ])
      return { account: account && accountOf(account), revoked: revoked !== undefined }
    },

    async revoke({ userId, sessionId, deniedUntil }) {
      const Item = { ...revokedFamilyKey(sessionId), expiresAt: deniedUntil, v: ITEM_VERSION }
      // Both or neither. If the session were deleted without the denylist entry, no retry would find it and its access token
      // would stay valid.
      const TransactItems = [
        { Put: { TableName: refreshTokenDenylistTable, Item } },
        { Delete: { TableName: sessionsTable, Key: sessionKey(userId, sessionId) } },
      ]
      await withRetries(() => client.send(new TransactWriteCommand({ TransactItems })))
    },

    async list(userId, now) {
      const sessions = (await items(sessionsOf(userId))).map(sessionOf)
      const alive = sessions.filter(({ idleExpiresAt, expiresAt }) => idleExpiresAt > now && expiresAt > now)
      return alive.sort((a, b) => b.lastUsedAt - a.lastUsedAt || (a.id < b.id ? -1 : 1))
    },

    async forgetBefore(userId, sessionVersion) {
      const found = await items(sessionsOf(userId))
      await forget(found.filter((item) => sessionOf(item).sessionVersion < sessionVersion))
    },

    async forgetAll(userId) {
      await forget(await items(everythingOf(userId)))
    },
  }
}
