import { randomUUID } from 'node:crypto'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { UserStore } from '../domain/ports.ts'
import { type Account, roles } from '../domain/users.ts'
import { attempt, ITEM_VERSION, isConditionFailed, type TableNames } from './client.ts'
import { fieldsOf, oneOf, text, texts, truth, whole } from './items.ts'
import { accountKey, emailClaimKey } from './keys.ts'

export function dynamoUsers(
  client: DynamoDBDocumentClient,
  { usersTable }: Pick<TableNames, 'usersTable'>,
): UserStore {
  const read = async (key: { pk: string; sk: string }) => {
    const command = new GetCommand({ TableName: usersTable, Key: key, ConsistentRead: true })
    return (await attempt(() => client.send(command))).Item
  }
  const findById = async (userId: string) => {
    const item = await read(accountKey(userId))
    return item && accountOf(item)
  }
  return {
    findById,

    async create(account) {
      const claim = { ...emailClaimKey(account.email), userId: account.id, v: ITEM_VERSION }
      const put = (Item: object) => ({
        Put: { TableName: usersTable, Item, ConditionExpression: 'attribute_not_exists(pk)' },
      })
      try {
        await attempt(() =>
          client.send(new TransactWriteCommand({ TransactItems: [put(claim), put(accountItem(account))] })),
        )
        return 'created'
      } catch (error) {
        const { CancellationReasons: reasons } = error as {
          CancellationReasons?: readonly { Code?: string }[]
        }
        if (reasons?.[0]?.Code === 'ConditionalCheckFailed') return 'email_taken'
        throw error
      }
    },

    async findByEmail(email) {
      const claim = await read(emailClaimKey(email))
      // An id that nobody has is read at the same price; a new one each time, or its partition would throttle.
      const account = await findById(
        claim ? fieldsOf('e-mail claim', claim, { userId: text }).userId : randomUUID(),
      )
      // Between the two reads the e-mail may have changed hands.
      return account?.email === email ? account : undefined
    },

    async replacePasswordHash(userId, from, to) {
      try {
        await attempt(() =>
          client.send(
            new UpdateCommand({
              TableName: usersTable,
              Key: accountKey(userId),
              UpdateExpression: 'SET passwordHash = :to',
              ConditionExpression: 'attribute_exists(pk) AND passwordHash = :from',
              ExpressionAttributeValues: { ':from': from, ':to': to },
            }),
          ),
        )
        return 'replaced'
      } catch (error) {
        if (isConditionFailed(error)) return 'changed_meanwhile'
        throw error
      }
    },
  }
}

function accountItem(account: Account): Record<string, unknown> {
  return { ...accountKey(account.id), ...account, v: ITEM_VERSION }
}

/** @throws if an attribute is missing or of another type, naming it. */
export function accountOf(item: Readonly<Record<string, unknown>>): Account {
  const account = fieldsOf('account', item, {
    id: text,
    email: text,
    name: text,
    roles: texts,
    emailVerified: truth,
    createdAt: text,
    status: oneOf('active', 'disabled'),
    passwordHash: text,
    claimsVersion: whole,
    epoch: whole,
  })
  // A role that this version does not know grants nothing.
  return { ...account, roles: roles.filter((role) => account.roles.includes(role)) }
}
