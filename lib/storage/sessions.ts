import { isDeepStrictEqual } from 'node:util'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Session, SessionStore } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { accountOf } from './accounts.ts'
import { ITEM_VERSION, readTogether, unlessConditionFails, withRetries } from './client.ts'
import { isConditionFailed } from './dynamodb-errors.ts'
import { accountKey, revokedFamilyKey, sessionKey, sessionsOf } from './item-keys.ts'
import { sessionItem, sessionOf } from './session-items.ts'
import { userItems } from './user-items.ts'

/** Sessions, and the denylist entries that end them. Each decision is one conditional write. */
export function dynamoSessions(client: DynamoDBDocumentClient, tables: TableNames): SessionStore {
  const { usersTable, sessionsTable, refreshTokenDenylistTable } = tables
  const { read, remove, deleteAll } = userItems(client, sessionsTable)

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

    async find(userId, sessionId, now) {
      const command = new GetCommand({
        TableName: sessionsTable,
        Key: sessionKey(userId, sessionId),
        ConsistentRead: true,
      })
      const { Item } = await withRetries(() => client.send(command))
      const session = Item && sessionOf(Item)
      return session && isAlive(session, now) ? session : undefined
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
        // The grace period begins at `rotatedAt`. A time in the future keeps it open until the session ends.
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
      const sessions = (await read(sessionsOf(userId))).map(sessionOf)
      return sessions
        .filter((session) => isAlive(session, now))
        .sort((a, b) => b.lastUsedAt - a.lastUsedAt || (a.id < b.id ? -1 : 1))
    },

    async forgetBefore(userId, sessionVersion) {
      const found = await read(sessionsOf(userId))
      await remove(found.filter((item) => sessionOf(item).sessionVersion < sessionVersion))
    },

    forgetAll: deleteAll,
  }
}

const isAlive = ({ idleExpiresAt, expiresAt }: Session, now: number) => idleExpiresAt > now && expiresAt > now
