import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Counters } from '../domain/ports.ts'
import { attempt, ITEM_VERSION, isConditionFailed, type TableNames, unlessConditionFails } from './client.ts'
import { fieldsOf, whole } from './items.ts'
import { triesKey, windowKey } from './keys.ts'

const triesOf = (item: Record<string, unknown>) =>
  fieldsOf('counter of tries', item, { tries: whole, lastAt: whole, expiresAt: whole })

/** Counters are items that forget themselves. Each count is one update whose condition decides; none is read first. */
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

    async addTry(id, { free, lastAt, expiresAt }) {
      const command = new UpdateCommand({
        TableName,
        Key: triesKey(id),
        UpdateExpression:
          'SET tries = if_not_exists(tries, :none) + :one, lastAt = :now, expiresAt = :end, v = :v',
        ConditionExpression: 'attribute_not_exists(pk) OR (tries < :free AND expiresAt > :now)',
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
        const { Attributes = {} } = await attempt(() => client.send(command))
        return { added: true, tries: triesOf(Attributes).tries }
      } catch (error) {
        if (!isConditionFailed(error) || !error.Item) throw error
        return { added: false, found: triesOf(unmarshall(error.Item)) }
      }
    },

    async replaceTries(id, from, to) {
      const command = new UpdateCommand({
        TableName,
        Key: triesKey(id),
        UpdateExpression: 'SET tries = :tries, lastAt = :lastAt, expiresAt = :end',
        ConditionExpression: 'tries = :readTries AND lastAt = :readLastAt',
        ExpressionAttributeValues: {
          ':tries': to.tries,
          ':lastAt': to.lastAt,
          ':end': to.expiresAt,
          ':readTries': from.tries,
          ':readLastAt': from.lastAt,
        },
      })
      return (await unlessConditionFails(() => client.send(command))) !== undefined
    },

    async forget(id) {
      await attempt(() => client.send(new DeleteCommand({ TableName, Key: triesKey(id) })))
    },
  }
}
