import { type DynamoDBDocumentClient, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { NotChanged, UserStore } from '../domain/ports.ts'
import { changedBy, isActiveAdministrator } from '../domain/users.ts'
import { accountOf } from './accounts.ts'
import { attempt, isConditionFailed, reasonsOf, type TableNames } from './client.ts'
import { accountKey, emailClaimKey, sessionKey } from './keys.ts'
import { sessionItem } from './session-items.ts'
import { type Part, transactionParts } from './transaction-parts.ts'

/** What changes an account that there is. All that must hold together is one transaction, on the account as it was read. */
export function accountChanges(
  client: DynamoDBDocumentClient,
  { usersTable, sessionsTable, refreshTokenDenylistTable }: TableNames,
): Pick<UserStore, 'rename' | 'change' | 'remove'> {
  const { unmoved, denyClaims, stillMay, administrators } = transactionParts({
    usersTable,
    refreshTokenDenylistTable,
  })

  const transact = async (
    account: readonly Part[],
    caller: readonly Part[],
    guard: readonly Part[],
  ): Promise<'done' | NotChanged> => {
    try {
      const TransactItems = [...account, ...caller, ...guard]
      await attempt(() => client.send(new TransactWriteCommand({ TransactItems })))
      return 'done'
    } catch (error) {
      const failed = reasonsOf(error).map((reason) => reason === 'ConditionalCheckFailed')
      if (failed.slice(0, account.length).includes(true)) return 'changed_meanwhile'
      if (failed.slice(account.length, account.length + caller.length).includes(true))
        return 'caller_outdated'
      if (failed.includes(true)) return 'last_administrator'
      throw error
    }
  }

  return {
    async rename(userId, name) {
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: accountKey(userId),
        UpdateExpression: 'SET #name = :name',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#name': 'name' },
        ExpressionAttributeValues: { ':name': name },
        ReturnValues: 'ALL_NEW',
      })
      try {
        const { Attributes = {} } = await attempt(() => client.send(command))
        return accountOf(Attributes)
      } catch (error) {
        if (isConditionFailed(error)) return undefined
        throw error
      }
    },

    async change(read, change) {
      const { deniedUntil, replaces, by, endsSessions, ...fields } = change
      const changed = changedBy(read, { ...fields, endsSessions })
      const set = { ...fields, claimsVersion: changed.claimsVersion, epoch: changed.epoch }
      const outcome = await transact(
        [
          { Update: { TableName: usersTable, Key: accountKey(read.id), ...setting(set, unmoved(read)) } },
          denyClaims(read, changed.claimsVersion, deniedUntil),
          ...(replaces
            ? [
                {
                  // A session that was ended meanwhile is not exchanged for one that lives.
                  Delete: {
                    TableName: sessionsTable,
                    Key: sessionKey(read.id, replaces.sessionId),
                    ConditionExpression: 'attribute_exists(pk)',
                  },
                },
                { Put: { TableName: sessionsTable, Item: sessionItem(replaces.by) } },
              ]
            : []),
        ],
        stillMay(by, read),
        administrators(read.id, isActiveAdministrator(read), isActiveAdministrator(changed)),
      )
      return outcome === 'done' ? changed : outcome
    },

    async remove(read, { deniedUntil, by }) {
      const outcome = await transact(
        [
          { Delete: { TableName: usersTable, Key: accountKey(read.id), ...unmoved(read) } },
          {
            Delete: {
              TableName: usersTable,
              Key: emailClaimKey(read.email),
              ConditionExpression: 'userId = :id',
              ExpressionAttributeValues: { ':id': read.id },
            },
          },
          // No token of a deleted user has claims that are new enough.
          denyClaims(read, Number.MAX_SAFE_INTEGER, deniedUntil),
        ],
        stillMay(by, read),
        administrators(read.id, isActiveAdministrator(read), false),
      )
      return outcome === 'done' ? 'removed' : outcome
    },
  }
}

/** The update that sets these attributes alone, so that what others set meanwhile stays. */
function setting(
  fields: Readonly<Record<string, unknown>>,
  condition: { ConditionExpression: string; ExpressionAttributeValues: Record<string, unknown> },
) {
  const names = Object.keys(fields)
  return {
    ...condition,
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ...Object.fromEntries(names.map((name) => [`:${name}`, fields[name]])),
    },
  }
}
