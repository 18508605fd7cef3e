import type { Spent } from '../domain/factor-ports.ts'
import type { NotOpened, Opening } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { ITEM_VERSION } from './client.ts'
import { passkeyKey, recoveryCodesKey, spentChallengeKey, totpKey } from './item-keys.ts'
import type { Part } from './transaction-parts.ts'

type Guarded = readonly [part: Part, otherwise: NotOpened]

/** The parts of a transaction that use a second proof up. */
export function proofParts({ usersTable, sessionsTable }: Pick<TableNames, 'usersTable' | 'sessionsTable'>) {
  /** Uses the proof up. A success of any factor ends the row of TOTP failures. */
  const spending = ({ account, session, spends }: Opening): Guarded[] => {
    if (!spends) return []
    const { id } = account
    const totp = { TableName: usersTable, Key: totpKey(id) }
    if (spends.type === 'totp') {
      const part = {
        ...totp,
        UpdateExpression: 'SET lastStep = :step, lastUsedAt = :now, failures = :none',
        ConditionExpression: 'enrolmentId = :enrolment AND lastStep < :step',
        ExpressionAttributeValues: {
          ':enrolment': spends.enrolmentId,
          ':step': spends.step,
          ':now': session.lastUsedAt,
          ':none': 0,
        },
      }
      return [[{ Update: part }, 'spent']]
    }
    const forgiven = {
      ...totp,
      UpdateExpression: 'SET failures = :none',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':none': 0 },
    }
    return [
      ...(spends.type === 'passkey'
        ? passkeyUse(spends, id, session.lastUsedAt)
        : [recoveryCodeUse(spends, id)]),
      ...(account.factors.totp ? [[{ Update: forgiven }, 'version_conflict'] as const] : []),
    ]
  }

  const recoveryCodeUse = ({ hash }: Extract<Spent, { type: 'recovery_code' }>, userId: string): Guarded => [
    {
      Update: {
        TableName: usersTable,
        Key: recoveryCodesKey(userId),
        UpdateExpression: 'DELETE hashes :hashes',
        ConditionExpression: 'contains(hashes, :hash)',
        ExpressionAttributeValues: { ':hashes': new Set([hash]), ':hash': hash },
      },
    },
    'spent',
  ]

  const passkeyUse = (
    { passkey, challengeHash, challengeExpiresAt, counter, backedUp }: Extract<Spent, { type: 'passkey' }>,
    userId: string,
    now: number,
  ): Guarded[] => [
    [
      {
        Put: {
          TableName: sessionsTable,
          Item: { ...spentChallengeKey(challengeHash), expiresAt: challengeExpiresAt, v: ITEM_VERSION },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      'spent',
    ],
    [
      {
        Update: {
          TableName: usersTable,
          Key: passkeyKey(userId, passkey.id),
          UpdateExpression: 'SET #counter = :counter, backedUp = :backedUp, lastUsedAt = :now',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeNames: { '#counter': 'counter' },
          ExpressionAttributeValues: { ':counter': counter, ':backedUp': backedUp, ':now': now },
        },
      },
      'spent',
    ],
  ]

  return { spending }
}
