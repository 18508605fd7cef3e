import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { CodeStore, OneTimeCode } from '../domain/ports.ts'
import { accountOf } from './accounts.ts'
import { attempt, ITEM_VERSION, isConditionFailed, readTogether, type TableNames } from './client.ts'
import { fieldsOf, oneOf, optional, text, whole } from './items.ts'
import { accountKey, codeKey } from './keys.ts'

/** @throws if an attribute is missing or of another type, naming it. */
const codeOf = (item: Readonly<Record<string, unknown>>): OneTimeCode =>
  fieldsOf('one-time code', item, {
    userId: text,
    purpose: oneOf('verify_email', 'reset_password', 'email_login'),
    tokenHash: text,
    epoch: whole,
    email: text,
    expiresAt: whole,
    undoHash: optional(text),
    digitsHash: optional(text),
    tries: whole,
  })

export function dynamoCodes(
  client: DynamoDBDocumentClient,
  { usersTable, sessionsTable: TableName }: Pick<TableNames, 'usersTable' | 'sessionsTable'>,
): CodeStore {
  return {
    async put(code) {
      const Item = { ...codeKey(code.userId, code.purpose), ...code, v: ITEM_VERSION }
      await attempt(() => client.send(new PutCommand({ TableName, Item })))
    },

    async find(userId, purpose) {
      const [code, account] = await readTogether(client, [
        { table: TableName, key: codeKey(userId, purpose) },
        { table: usersTable, key: accountKey(userId) },
      ])
      return { code: code && codeOf(code), account: account && accountOf(account) }
    },

    async tryDigits(userId, purpose, most, now) {
      const command = new UpdateCommand({
        TableName,
        Key: codeKey(userId, purpose),
        UpdateExpression: 'SET tries = tries + :one',
        ConditionExpression: 'tries < :most AND expiresAt > :now',
        ExpressionAttributeValues: { ':one': 1, ':most': most, ':now': now },
        ReturnValues: 'ALL_NEW',
      })
      try {
        const { Attributes = {} } = await attempt(() => client.send(command))
        return codeOf(Attributes)
      } catch (error) {
        if (isConditionFailed(error)) return undefined
        throw error
      }
    },

    async redeem({ userId, purpose, tokenHash }) {
      const command = new DeleteCommand({
        TableName,
        Key: codeKey(userId, purpose),
        ConditionExpression: 'tokenHash = :hash',
        ExpressionAttributeValues: { ':hash': tokenHash },
      })
      try {
        await attempt(() => client.send(command))
        return 'redeemed'
      } catch (error) {
        if (isConditionFailed(error)) return 'spent'
        throw error
      }
    },
  }
}
