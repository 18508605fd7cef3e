import {
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { purposes } from '../domain/one-time-codes.ts'
import type { CodeStore, OneTimeCode } from '../domain/ports.ts'
import { accountOf } from './accounts.ts'
import {
  attempt,
  ITEM_VERSION,
  readTogether,
  reasonsOf,
  type TableNames,
  unlessConditionFails,
} from './client.ts'
import { fieldsOf, oneOf, optional, text, whole } from './items.ts'
import { accountKey, codeKey } from './keys.ts'
import { transactionParts } from './transaction-parts.ts'

/** @throws if an attribute is missing or of another type, naming it. */
const codeOf = (item: Readonly<Record<string, unknown>>): OneTimeCode =>
  fieldsOf('one-time code', item, {
    userId: text,
    purpose: oneOf(...purposes),
    tokenHash: text,
    epoch: whole,
    email: text,
    expiresAt: whole,
    newEmail: optional(text),
    undoHash: optional(text),
    challengeHash: optional(text),
    digitsHash: optional(text),
    tries: whole,
  })

/** One-time codes, the newest of each purpose for each user. */
export function dynamoCodes(client: DynamoDBDocumentClient, tables: TableNames): CodeStore {
  const { usersTable, sessionsTable } = tables
  const parts = transactionParts(tables)
  return {
    async put(code) {
      const Item = { ...codeKey(code.userId, code.purpose), ...code, v: ITEM_VERSION }
      await attempt(() => client.send(new PutCommand({ TableName: sessionsTable, Item })))
    },

    async find(userId, purposes) {
      const [account, ...codes] = await readTogether(client, [
        { table: usersTable, key: accountKey(userId) },
        ...purposes.map((purpose) => ({ table: sessionsTable, key: codeKey(userId, purpose) })),
      ])
      return {
        codes: codes.flatMap((item) => (item ? codeOf(item) : [])),
        account: account && accountOf(account),
      }
    },

    async tryDigits(userId, challengeHash, most, now) {
      const command = new UpdateCommand({
        TableName: sessionsTable,
        Key: codeKey(userId, 'email_login'),
        UpdateExpression: 'SET tries = tries + :one',
        ConditionExpression: 'challengeHash = :challenge AND tries < :most AND expiresAt > :now',
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
        await attempt(() => client.send(new TransactWriteCommand({ TransactItems })))
        return 'redeemed'
      } catch (error) {
        if (reasonsOf(error).includes('ConditionalCheckFailed')) return 'spent'
        throw error
      }
    },
  }
}
