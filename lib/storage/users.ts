import { randomUUID } from 'node:crypto'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { Clock, UserStore } from '../domain/ports.ts'
import { isExpired } from '../domain/users.ts'
import { accountChanges } from './account-changes.ts'
import { accountItem, accountOf } from './accounts.ts'
import { reasonsOf, type TableNames, unlessConditionFails, withRetries } from './client.ts'
import { emailReservations } from './email-reservations.ts'
import { fieldsOf, text } from './items.ts'
import { accountKey, emailReservationKey } from './keys.ts'
import { userListing } from './user-listing.ts'

/** Accounts with the claims on their emails; both change in one transaction or not at all. */
export function dynamoUsers(client: DynamoDBDocumentClient, tables: TableNames, clock: Clock): UserStore {
  const { usersTable } = tables
  const { claim } = emailReservations(tables)
  const read = async (key: { pk: string; sk: string }) => {
    const command = new GetCommand({ TableName: usersTable, Key: key, ConsistentRead: true })
    return (await withRetries(() => client.send(command))).Item
  }
  const findById = async (userId: string) => {
    const item = await read(accountKey(userId))
    const account = item && accountOf(item)
    // TTL is days late.
    return account && isExpired(account, clock.now()) ? undefined : account
  }
  const ownerOf = async (email: string) => {
    const claim = await read(emailReservationKey(email))
    // An id that nobody has is read at the same price; a new one each time, or its partition would rateLimiter.
    return claim ? fieldsOf('email claim', claim, { userId: text }).userId : randomUUID()
  }
  return {
    findById,
    ...accountChanges(client, tables),
    ...userListing(client, tables, clock),

    async create(account, now) {
      const Item = accountItem(account)
      const put = {
        Put: { TableName: usersTable, Item, ConditionExpression: 'attribute_not_exists(pk)' },
      }
      const { id, email, keptUntil } = account
      const TransactItems = [claim(id, email, now, { keptUntil }), put]
      try {
        await withRetries(() => client.send(new TransactWriteCommand({ TransactItems })))
        return 'created'
      } catch (error) {
        if (reasonsOf(error)[0] === 'ConditionalCheckFailed') return 'email_taken'
        throw error
      }
    },

    async rememberDevices(userId, devices, sessionVersion) {
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: accountKey(userId),
        UpdateExpression: 'SET devices = :devices',
        ConditionExpression: 'sessionVersion = :sessionVersion',
        ExpressionAttributeValues: { ':devices': devices, ':sessionVersion': sessionVersion },
      })
      // A user who is gone has no devices, and what was known before all sessions ended may be a thief's.
      await unlessConditionFails(() => client.send(command))
    },

    ownerOf,

    async findByEmail(email) {
      const account = await findById(await ownerOf(email))
      // Between the two reads the email may have changed hands.
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
