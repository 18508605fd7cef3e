import {
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { CodeStore } from '../domain/ports.ts'
import { Refusal } from '../domain/refusal.ts'
import type { TableNames } from '../domain/table-names.ts'
import { accountOf } from './accounts.ts'
import { readTogether, unlessConditionFails, withRetries } from './client.ts'
import { codeItem, codeOf, codesOf } from './code-items.ts'
import { reasonsOf } from './dynamodb-errors.ts'
import { accountKey, codeKey } from './item-keys.ts'
import { transactionParts } from './transaction-parts.ts'

/** The number of valid links for one purpose; the item stays below 1 KB. */
const MOST_LINKS = 8

const ADD_TRIES = 3

/** One-time codes: one item per user and purpose. */
export function dynamoCodes(client: DynamoDBDocumentClient, tables: TableNames): CodeStore {
  const { usersTable, sessionsTable } = tables
  const parts = transactionParts(tables)
  return {
    async put(code) {
      const Item = codeItem(code)
      await withRetries(() => client.send(new PutCommand({ TableName: sessionsTable, Item })))
    },

    async add(code, now) {
      const { userId, purpose, tokenHash, expiresAt, sessionVersion, email } = code
      const values = { ':version': sessionVersion, ':email': email, ':now': now, ':most': MOST_LINKS }
      const beside = new UpdateCommand({
        TableName: sessionsTable,
        Key: codeKey(userId, purpose),
        UpdateExpression: 'SET links.#hash = :end, expiresAt = :end',
        ConditionExpression:
          'sessionVersion = :version AND email = :email AND expiresAt > :now AND attribute_exists(links) AND size(links) < :most',
        ExpressionAttributeNames: { '#hash': tokenHash },
        ExpressionAttributeValues: { ...values, ':end': expiresAt },
      })
      const alone = new PutCommand({
        TableName: sessionsTable,
        Item: codeItem(code),
        ConditionExpression:
          'attribute_not_exists(links) OR sessionVersion <> :version OR email <> :email OR expiresAt <= :now OR size(links) >= :most',
        ExpressionAttributeValues: values,
      })
      // Each condition negates the other. If both fail, another call changed the item in between.
      for (let tried = 0; tried < ADD_TRIES; tried++) {
        if (await unlessConditionFails(() => client.send(beside))) return
        if (await unlessConditionFails(() => client.send(alone))) return
      }
      throw new Refusal('unavailable', { cause: new Error('Parallel calls kept adding links') })
    },

    async find(userId, purposes) {
      const [account, ...codes] = await readTogether(client, [
        { table: usersTable, key: accountKey(userId) },
        ...purposes.map((purpose) => ({ table: sessionsTable, key: codeKey(userId, purpose) })),
      ])
      return {
        codes: codes.flatMap((item) => (item ? codesOf(item) : [])),
        account: account && accountOf(account),
      }
    },

    async attemptDigits({ userId, purpose }, challengeHash, most, now) {
      const command = new UpdateCommand({
        TableName: sessionsTable,
        Key: codeKey(userId, purpose),
        UpdateExpression: 'SET attempts = attempts + :one',
        ConditionExpression: 'challengeHash = :challenge AND attempts < :most AND expiresAt > :now',
        ExpressionAttributeValues: { ':one': 1, ':challenge': challengeHash, ':most': most, ':now': now },
        ReturnValues: 'ALL_NEW',
      })
      const answer = await unlessConditionFails(() => client.send(command))
      return answer && codeOf(answer.Attributes ?? {})
    },

    async redeem(code, { id, claimsVersion }) {
      const [redemption] = parts.redemption(code)
      const TransactItems = [redemption, parts.stillIs({ userId: id, claimsVersion })]
      try {
        await withRetries(() => client.send(new TransactWriteCommand({ TransactItems })))
        return 'redeemed'
      } catch (error) {
        if (reasonsOf(error).includes('ConditionalCheckFailed')) return 'spent'
        throw error
      }
    },
  }
}
