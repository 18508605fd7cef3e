import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Counters } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { ITEM_VERSION, unlessConditionFails, withRetries } from './client.ts'
import { isConditionFailed } from './dynamodb-errors.ts'
import { fieldsOf, whole } from './item-checks.ts'
import { attemptsKey, windowKey } from './item-keys.ts'

const attemptsOf = (item: Record<string, unknown>) =>
  fieldsOf('counter of attempts', item, { attempts: whole, lastAt: whole, expiresAt: whole })

/** Counters are items with a TTL. Each count is one conditional update, without a read. */
export function dynamoCounters(
  client: DynamoDBDocumentClient,
  { sessionsTable: TableName }: Pick<TableNames, 'sessionsTable'>,
): Counters {
  return {
    async take(id, { window, most, expiresAt }) {
      const command = new UpdateCommand({
        TableName,
        Key: windowKey(id, window),
        UpdateExpression: 'SET taken = if_not_exists(taken, :none) + :one, expiresAt = :end, v = :v',
        ConditionExpression: 'attribute_not_exists(pk) OR taken < :most',
        ExpressionAttributeValues: {
          ':none': 0,
          ':one': 1,
          ':most': most,
          ':end': expiresAt,
          ':v': ITEM_VERSION,
        },
      })
      return (await unlessConditionFails(() => client.send(command))) !== undefined
    },

    async giveBack(id, window) {
      const command = new UpdateCommand({
        TableName,
        Key: windowKey(id, window),
        UpdateExpression: 'SET taken = taken - :one',
        ConditionExpression: 'taken > :none',
        ExpressionAttributeValues: { ':one': 1, ':none': 0 },
      })
      await unlessConditionFails(() => client.send(command))
    },

    async addAttempt(id, { free, lastAt, expiresAt }) {
      const command = new UpdateCommand({
        TableName,
        Key: attemptsKey(id),
        UpdateExpression:
          'SET attempts = if_not_exists(attempts, :none) + :one, lastAt = :now, expiresAt = :end, v = :v',
        ConditionExpression: 'attribute_not_exists(pk) OR (attempts < :free AND expiresAt > :now)',
        ExpressionAttributeValues: {
          ':none': 0,
          ':one': 1,
          ':free': free,
          ':now': lastAt,
          ':end': expiresAt,
          ':v': ITEM_VERSION,
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      try {
        const { Attributes = {} } = await withRetries(() => client.send(command))
        return { added: true, attempts: attemptsOf(Attributes).attempts }
      } catch (error) {
        if (!isConditionFailed(error) || !error.Item) throw error
        return { added: false, found: attemptsOf(unmarshall(error.Item)) }
      }
    },

    async replaceAttempts(id, from, to) {
      const command = new UpdateCommand({
        TableName,
        Key: attemptsKey(id),
        UpdateExpression: 'SET attempts = :attempts, lastAt = :lastAt, expiresAt = :end',
        ConditionExpression: 'attempts = :readAttempts AND lastAt = :readLastAt',
        ExpressionAttributeValues: {
          ':attempts': to.attempts,
          ':lastAt': to.lastAt,
          ':end': to.expiresAt,
          ':readAttempts': from.attempts,
          ':readLastAt': from.lastAt,
        },
      })
      return (await unlessConditionFails(() => client.send(command))) !== undefined
    },

    async forget(id) {
      await withRetries(() => client.send(new DeleteCommand({ TableName, Key: attemptsKey(id) })))
    },
  }
}
