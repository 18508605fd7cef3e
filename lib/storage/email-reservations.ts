import type { AccountChange, FormerEmail } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import type { Account } from '../domain/users.ts'
import { ITEM_VERSION } from './client.ts'
import { fieldsOf, optional, text, whole } from './item-checks.ts'
import { emailReservationKey, formerEmailKey } from './item-keys.ts'
import type { Guarded, Part } from './transaction-parts.ts'

/** Transaction parts for the reservations that make an email unique to one account. */
export function emailReservations({ usersTable }: Pick<TableNames, 'usersTable'>) {
  /**
   * Reserves an email that is free, whose time as a former email has passed, or that belongs to the account `from`. TTL deletes
   * the reservation at `keptUntil`, together with the account.
   */
  const reserve = (
    userId: string,
    email: string,
    now: number,
    { from, keptUntil }: { from?: string | undefined; keptUntil?: number | undefined } = {},
  ): Part => ({
    Put: {
      TableName: usersTable,
      Item: {
        ...emailReservationKey(email),
        userId,
        ...(keptUntil !== undefined && { keptUntil }),
        v: ITEM_VERSION,
      },
      ConditionExpression: `attribute_not_exists(pk) OR keptUntil <= :now${from ? ' OR userId = :from' : ''}`,
      ExpressionAttributeValues: { ':now': now, ...(from && { ':from': from }) },
    },
  })

  /** Removes the expiry of a user's reservation. */
  const last = (userId: string, email: string): Part => ({
    Update: {
      TableName: usersTable,
      Key: emailReservationKey(email),
      UpdateExpression: 'REMOVE keptUntil',
      ConditionExpression: 'userId = :id',
      ExpressionAttributeValues: { ':id': userId },
    },
  })

  /** Deletes a user's reservation. */
  const release = (userId: string, email: string): Part => ({
    Delete: {
      TableName: usersTable,
      Key: emailReservationKey(email),
      ConditionExpression: 'userId = :id',
      ExpressionAttributeValues: { ':id': userId },
    },
  })

  /** Keeps the reservation of the former email while the change can be undone. Only one change at a time. */
  const keep = (userId: string, former: FormerEmail, now: number): Guarded[] => [
    [
      {
        Update: {
          TableName: usersTable,
          Key: emailReservationKey(former.email),
          UpdateExpression: 'SET keptUntil = :until',
          ConditionExpression: 'userId = :id',
          ExpressionAttributeValues: { ':id': userId, ':until': former.keptUntil },
        },
      },
      'version_conflict',
    ],
    [
      {
        Put: {
          TableName: usersTable,
          Item: { ...formerEmailKey(userId), ...former, v: ITEM_VERSION },
          ConditionExpression: 'attribute_not_exists(pk) OR keptUntil <= :now',
          ExpressionAttributeValues: { ':now': now },
        },
      },
      'email_changed_recently',
    ],
  ]

  const forget = (userId: string, undoHash: string): Part => ({
    Delete: {
      TableName: usersTable,
      Key: formerEmailKey(userId),
      ConditionExpression: 'undoHash = :hash',
      ExpressionAttributeValues: { ':hash': undoHash },
    },
  })

  /** Restores a user's former email, which is then the current one. */
  const restore = (userId: string, { email, undoHash }: FormerEmail): Guarded[] => [
    [last(userId, email), 'version_conflict'],
    [forget(userId, undoHash), 'version_conflict'],
  ]

  /** Deletes the reservation of a deleted user's former email. */
  const drop = (userId: string, { email, undoHash }: FormerEmail): Guarded[] => [
    [release(userId, email), 'version_conflict'],
    [forget(userId, undoHash), 'version_conflict'],
  ]

  /** The changes to reservations that a change of email needs. */
  const move = (
    { id, email: from }: Account,
    to: string,
    { now, keeps, restores, takesFrom }: NonNullable<AccountChange['emailMove']>,
  ): Guarded[] => {
    if (restores) return [...restore(id, restores), [release(id, from), 'version_conflict']]
    const given: Guarded[] = keeps ? keep(id, keeps, now) : [[release(id, from), 'version_conflict']]
    return [...given, [reserve(id, to, now, { from: takesFrom?.id }), 'email_taken']]
  }

  return { reserve, last, move, release, drop }
}

/** The former email in its item, while the change can be undone. */
export function keptEmail(item: Record<string, unknown> | undefined, now: number): FormerEmail | undefined {
  if (!item) return undefined
  const former = fieldsOf('former email', item, {
    email: text,
    undoHash: text,
    keptUntil: whole,
    requestedAt: optional(whole),
  })
  return former.keptUntil > now ? former : undefined
}
