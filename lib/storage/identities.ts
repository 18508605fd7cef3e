import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { IdentityStore } from '../domain/social-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { accountOf } from './accounts.ts'
import { readTogether, unlessConditionFails, withRetries } from './client.ts'
import { identityOf } from './identity-items.ts'
import { fieldsOf, text } from './item-checks.ts'
import { accountKey, identitiesOf, identityKey, identityReservationKey } from './item-keys.ts'
import { userItems } from './user-items.ts'

/** Linked provider accounts. `account-changes.ts`, `users.ts` and `session-openings.ts` add and remove them with their count. */
export function dynamoIdentities(
  client: DynamoDBDocumentClient,
  { usersTable }: Pick<TableNames, 'usersTable'>,
): IdentityStore {
  const { read } = userItems(client, usersTable)
  return {
    async find(id) {
      const Key = identityReservationKey(id)
      const command = new GetCommand({ TableName: usersTable, Key, ConsistentRead: true })
      const { Item: reservation } = await withRetries(() => client.send(command))
      const none = { identity: undefined, account: undefined }
      if (!reservation) return none
      const { userId } = fieldsOf('identity reservation', reservation, { userId: text })
      const [account, identity] = await readTogether(
        client,
        [accountKey(userId), identityKey(userId, id)].map((key) => ({ table: usersTable, key })),
      )
      // It may have been removed between the two reads.
      if (!account || !identity) return none
      return { account: accountOf(account), identity: identityOf(identity) }
    },

    async list(userId) {
      const identities = (await read(identitiesOf(userId))).map(identityOf)
      return identities.sort((a, b) => a.linkedAt - b.linkedAt || (a.id < b.id ? -1 : 1))
    },

    async used({ userId, id }, now) {
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: identityKey(userId, id),
        UpdateExpression: 'SET lastUsedAt = :now',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':now': now },
      })
      const answer = await unlessConditionFails(() => client.send(command)).catch(() => 'unknown')
      return answer !== undefined
    },
  }
}
