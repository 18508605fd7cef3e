import { randomUUID } from 'node:crypto'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock, UserStore } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { isExpired } from '../domain/users.ts'
import { accountChanges } from './account-changes.ts'
import { accountItem, accountOf } from './accounts.ts'
import { unlessConditionFails, withRetries } from './client.ts'
import { emailReservations } from './email-reservations.ts'
import { identityParts } from './identity-parts.ts'
import { fieldsOf, text } from './item-checks.ts'
import { accountKey, emailReservationKey } from './item-keys.ts'
import { transact } from './transact.ts'
import { userListing } from './user-listing.ts'

/** Accounts and the reservations of their emails; both are created in one transaction. */
export function dynamoUsers(client: DynamoDBDocumentClient, tables: TableNames, clock: Clock): UserStore {
  const { usersTable } = tables
  const { reserve } = emailReservations(tables)
  const { addition } = identityParts(tables)
  const read = async (key: { pk: string; sk: string }) => {
    const command = new GetCommand({ TableName: usersTable, Key: key, ConsistentRead: true })
    return (await withRetries(() => client.send(command))).Item
  }
  const findById = async (userId: string) => {
    const item = await read(accountKey(userId))
    const account = item && accountOf(item)
    // TTL can be days late.
    return account && isExpired(account, clock.now()) ? undefined : account
  }
  const ownerOf = async (email: string) => {
    const reservation = await read(emailReservationKey(email))
    // Reading an id that no user has costs the same. It is a new one each time, because DynamoDB could throttle the partition
    // of a fixed one.
    return reservation ? fieldsOf('email reservation', reservation, { userId: text }).userId : randomUUID()
  }
  return {
    findById,
    ...accountChanges(client, tables),
    ...userListing(client, tables, clock),

    async create(account, now, identity) {
      const Item = accountItem(account)
      const put = {
        Put: { TableName: usersTable, Item, ConditionExpression: 'attribute_not_exists(pk)' },
      }
      const { id, email, keptUntil } = account
      const guarded = [
        [reserve(id, email, now, { keptUntil }), 'email_taken'],
        [put, undefined],
        ...(identity ? addition(identity) : []),
      ] as const
      const outcome = await transact(client, guarded)
      return outcome === 'done' ? 'created' : outcome
    },

    async rememberDevices(userId, devices, sessionVersion) {
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: accountKey(userId),
        UpdateExpression: 'SET devices = :devices',
        ConditionExpression: 'sessionVersion = :sessionVersion',
        ExpressionAttributeValues: { ':devices': devices, ':sessionVersion': sessionVersion },
      })
      // A deleted user has no devices. The devices of a former session version may be a thief's.
      await unlessConditionFails(() => client.send(command))
    },

    ownerOf,

    async findByEmail(email) {
      const account = await findById(await ownerOf(email))
      // The email may have moved to another account between the two reads.
      return account?.email === email ? account : undefined
    },

    async replacePasswordHash(userId, from, to) {
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: accountKey(userId),
        UpdateExpression: 'SET passwordHash = :to',
        ConditionExpression: 'attribute_exists(pk) AND passwordHash = :from',
        ExpressionAttributeValues: { ':from': from, ':to': to },
      })
      return (await unlessConditionFails(() => client.send(command))) ? 'replaced' : 'version_conflict'
    },
  }
}
