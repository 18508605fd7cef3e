import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { NotChanged, OneTimeCode } from '../domain/ports.ts'
import type { Principal } from '../domain/principal.ts'
import type { TableNames } from '../domain/table-names.ts'
import type { Account } from '../domain/users.ts'
import { ITEM_VERSION } from './client.ts'
import { codeItem } from './code-items.ts'
import { accountKey, administratorsKey, codeKey, revokedClaimsKey } from './item-keys.ts'

export type Part = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** A transaction part, and what it means if its condition fails. */
export type Guarded = readonly [part: Part, otherwise: NotChanged]

/** Parts for transactions on an account. */
export function transactionParts({ usersTable, sessionsTable, refreshTokenDenylistTable }: TableNames) {
  /** The account has not changed since it was read. */
  const sameVersions = (account: Account) => ({
    ConditionExpression:
      'claimsVersion = :readVersion AND sessionVersion = :readSessionVersion AND passwordHash = :readHash',
    ExpressionAttributeValues: {
      ':readVersion': account.claimsVersion,
      ':readSessionVersion': account.sessionVersion,
      ':readHash': account.passwordHash,
    },
  })

  const denyClaims = ({ id }: Account, lowestClaimsVersion: number, expiresAt: number): Part => ({
    Put: {
      TableName: refreshTokenDenylistTable,
      Item: { ...revokedClaimsKey(id), lowestClaimsVersion, expiresAt, v: ITEM_VERSION },
    },
  })

  /** The user's claims version is still this one. */
  const stillIs = ({ userId, claimsVersion }: Pick<Principal, 'userId' | 'claimsVersion'>): Part => ({
    ConditionCheck: {
      TableName: usersTable,
      Key: accountKey(userId),
      ConditionExpression: 'claimsVersion = :version',
      ExpressionAttributeValues: { ':version': claimsVersion },
    },
  })

  /** The user who makes the change still has the claims of their token, and so the right to do it. */
  const actorIsCurrent = (
    by: Pick<Principal, 'userId' | 'claimsVersion'> | undefined,
    { id }: Account,
  ): Guarded[] => (!by || by.userId === id ? [] : [[stillIs(by), 'principal_outdated']])

  /**
   * Maintains the set of active administrators, which must not become empty: two who leave at once cannot both succeed. Every
   * change of an administrator adds the id again, which repairs a damaged set.
   */
  const administrators = (id: string, was: boolean, is: boolean): Guarded[] => {
    const update = { TableName: usersTable, Key: administratorsKey }
    const ids = { ':ids': new Set([id]) }
    const add = { ...update, UpdateExpression: 'ADD userIds :ids', ExpressionAttributeValues: ids }
    if (is) return [[{ Update: add }, 'last_administrator']]
    if (!was) return []
    const leave = {
      ...update,
      UpdateExpression: 'DELETE userIds :ids',
      ConditionExpression: 'contains(userIds, :id) AND size(userIds) > :one',
      ExpressionAttributeValues: { ...ids, ':id': id, ':one': 1 },
    }
    return [[{ Update: leave }, 'last_administrator']]
  }

  /** Redeems a code, once. It is deleted, or replaced by what is left of it. */
  const redemption = ({ userId, purpose, tokenHash }: OneTimeCode, leaves?: OneTimeCode): Guarded => {
    const isStill = {
      TableName: sessionsTable,
      ConditionExpression: 'tokenHash = :hash AND attribute_not_exists(redeemed)',
      ExpressionAttributeValues: { ':hash': tokenHash },
    }
    const part = leaves
      ? { Put: { ...isStill, Item: codeItem(leaves) } }
      : { Delete: { ...isStill, Key: codeKey(userId, purpose) } }
    return [part, 'version_conflict']
  }

  return { sameVersions, denyClaims, stillIs, actorIsCurrent, administrators, redemption }
}

/** An update of these attributes only, so that parallel changes of others are kept. */
export function setting(
  fields: Readonly<Record<string, unknown>>,
  condition: {
    ConditionExpression: string
    ExpressionAttributeNames?: Record<string, string>
    ExpressionAttributeValues: Record<string, unknown>
  },
  andRemove = '',
) {
  const names = Object.keys(fields)
  return {
    ...condition,
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}${andRemove}`,
    ExpressionAttributeNames: {
      ...condition.ExpressionAttributeNames,
      ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ...Object.fromEntries(names.map((name) => [`:${name}`, fields[name]])),
    },
  }
}
