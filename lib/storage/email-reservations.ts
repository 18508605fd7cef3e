import type { AccountChange, FormerEmail } from '../domain/ports.ts'
import type { Account } from '../domain/users.ts'
import { ITEM_VERSION, type TableNames } from './client.ts'
import { emailReservationKey, formerEmailKey } from './keys.ts'
import type { Guarded, Part } from './transaction-parts.ts'

/** What transactions do to the claims by which an email belongs to one account. */
export function emailReservations({ usersTable }: Pick<TableNames, 'usersTable'>) {
  /**
   * Takes an email that nobody has, or that was kept for somebody until a while ago, or that of the account `from`. TTL
   * takes it back at `keptUntil`, with the account.
   */
  const claim = (
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

  /** TTL does not take the email of this user any more. */
  const last = (userId: string, email: string): Part => ({
    Update: {
      TableName: usersTable,
      Key: emailReservationKey(email),
      UpdateExpression: 'REMOVE keptUntil',
      ConditionExpression: 'userId = :id',
      ExpressionAttributeValues: { ':id': userId },
    },
  })

  /** Gives an email of this user up. */
  const release = (userId: string, email: string): Part => ({
    Delete: {
      TableName: usersTable,
      Key: emailReservationKey(email),
      ConditionExpression: 'userId = :id',
      ExpressionAttributeValues: { ':id': userId },
    },
  })

  /** Keeps the email that is given up from others, for as long as the change can be undone; one change at a time. */
  const keep = (userId: string, { email, undoHash, keptUntil }: FormerEmail, now: number): Guarded[] => [
    [
      {
        Update: {
          TableName: usersTable,
          Key: emailReservationKey(email),
          UpdateExpression: 'SET keptUntil = :until',
          ConditionExpression: 'userId = :id',
          ExpressionAttributeValues: { ':id': userId, ':until': keptUntil },
        },
      },
      'version_conflict',
    ],
    [
      {
        Put: {
          TableName: usersTable,
          Item: { ...formerEmailKey(userId), email, undoHash, keptUntil, v: ITEM_VERSION },
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

  /** Gives a user the former email back, which then is kept no longer. */
  const restore = (userId: string, { email, undoHash }: FormerEmail): Guarded[] => [
    [last(userId, email), 'version_conflict'],
    [forget(userId, undoHash), 'version_conflict'],
  ]

  /** Gives up the former email of a user who goes. */
  const drop = (userId: string, { email, undoHash }: FormerEmail): Guarded[] => [
    [release(userId, email), 'version_conflict'],
    [forget(userId, undoHash), 'version_conflict'],
  ]

  /** What another email asks of the claims of an account. */
  const move = (
    { id, email: from }: Account,
    to: string,
    { now, keeps, restores, takesFrom }: NonNullable<AccountChange['emailMove']>,
  ): Guarded[] => {
    if (restores) return [...restore(id, restores), [release(id, from), 'version_conflict']]
    const given: Guarded[] = keeps ? keep(id, keeps, now) : [[release(id, from), 'version_conflict']]
    return [...given, [claim(id, to, now, { from: takesFrom?.id }), 'email_taken']]
  }

  return { claim, last, move, release, drop }
}
