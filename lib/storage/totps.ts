import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { TotpStore } from '../domain/factor-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { accountOf } from './accounts.ts'
import { ITEM_VERSION, readTogether, unlessConditionFails, withRetries } from './client.ts'
import { pendingTotpOf, recoveryCodesOf, totpOf } from './factor-items.ts'
import { fieldsOf, whole } from './item-checks.ts'
import { accountKey, pendingTotpKey, recoveryCodesKey, totpKey } from './item-keys.ts'

/** TOTP enrolments and recovery codes. `account-changes.ts` adds and removes them together with the account's `factors`. */
export function dynamoTotps(
  client: DynamoDBDocumentClient,
  { usersTable, sessionsTable }: Pick<TableNames, 'usersTable' | 'sessionsTable'>,
): TotpStore {
  return {
    async find(userId) {
      const [account, totp, recoveryCodes] = await readTogether(
        client,
        [accountKey(userId), totpKey(userId), recoveryCodesKey(userId)].map((key) => ({
          table: usersTable,
          key,
        })),
      )
      return {
        account: account && accountOf(account),
        totp: totp && totpOf(totp),
        recoveryCodes: recoveryCodes && recoveryCodesOf(recoveryCodes),
      }
    },

    async putPending(pending) {
      const Item = { ...pendingTotpKey(pending.userId), ...pending, v: ITEM_VERSION }
      await withRetries(() => client.send(new PutCommand({ TableName: sessionsTable, Item })))
    },

    async findPending(userId) {
      const Key = pendingTotpKey(userId)
      const command = new GetCommand({ TableName: sessionsTable, Key, ConsistentRead: true })
      const { Item } = await withRetries(() => client.send(command))
      return Item && pendingTotpOf(Item)
    },

    async reserveAttempt(userId, enrolmentId, most) {
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: totpKey(userId),
        UpdateExpression: 'SET failures = failures + :one',
        ConditionExpression: 'enrolmentId = :enrolment AND failures < :most',
        ExpressionAttributeValues: { ':one': 1, ':enrolment': enrolmentId, ':most': most },
        ReturnValues: 'UPDATED_NEW',
      })
      const answer = await unlessConditionFails(() => client.send(command))
      return answer && fieldsOf('TOTP enrolment', answer.Attributes ?? {}, { failures: whole }).failures
    },
  }
}
