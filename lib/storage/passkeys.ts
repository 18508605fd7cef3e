import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { PasskeyStore } from '../domain/factor-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { accountOf } from './accounts.ts'
import { readTogether, unlessConditionFails } from './client.ts'
import { passkeyOf } from './factor-items.ts'
import { accountKey, passkeyKey, passkeysOf } from './item-keys.ts'
import { userItems } from './user-items.ts'

/** Passkeys. `account-changes.ts` adds and removes them together with the account's `factors`. */
export function dynamoPasskeys(
  client: DynamoDBDocumentClient,
  { usersTable }: Pick<TableNames, 'usersTable'>,
): PasskeyStore {
  const { read } = userItems(client, usersTable)
  return {
    async find(userId, passkeyId) {
      const [account, passkey] = await readTogether(
        client,
        [accountKey(userId), passkeyKey(userId, passkeyId)].map((key) => ({ table: usersTable, key })),
      )
      return { account: account && accountOf(account), passkey: passkey && passkeyOf(passkey) }
    },

    async list(userId) {
      const passkeys = (await read(passkeysOf(userId))).map(passkeyOf)
      return passkeys.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    },

    async rename(userId, passkeyId, name) {
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: passkeyKey(userId, passkeyId),
        UpdateExpression: 'SET #name = :name',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#name': 'name' },
        ExpressionAttributeValues: { ':name': name },
        ReturnValues: 'ALL_NEW',
      })
      const answer = await unlessConditionFails(() => client.send(command))
      return answer && passkeyOf(answer.Attributes ?? {})
    },
  }
}
