import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { Spent } from '../domain/factor-ports.ts'
import type { NotOpened, Opening, SessionOpenings } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { endOfAuthSession } from './auth-sessions.ts'
import { ITEM_VERSION, withRetries } from './client.ts'
import { reasonsOf } from './dynamodb-errors.ts'
import {
  accountKey,
  passkeyKey,
  recoveryCodesKey,
  revokedFamilyKey,
  sessionKey,
  spentChallengeKey,
  totpKey,
} from './item-keys.ts'
import { sessionItem } from './session-items.ts'
import type { Part } from './transaction-parts.ts'

type Guarded = readonly [part: Part, otherwise: NotOpened]

/** Opens sessions together with the use of their proof: both or neither. */
export function dynamoSessionOpenings(client: DynamoDBDocumentClient, tables: TableNames): SessionOpenings {
  const { usersTable, sessionsTable, refreshTokenDenylistTable } = tables

  /** The account is active, and nothing has outdated its claims or ended its sessions since it was read. */
  const accountIsCurrent = ({ account }: Opening): Guarded => [
    {
      ConditionCheck: {
        TableName: usersTable,
        Key: accountKey(account.id),
        ConditionExpression: 'claimsVersion = :claims AND sessionVersion = :sessions AND #status = :active',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':claims': account.claimsVersion,
          ':sessions': account.sessionVersion,
          ':active': 'active',
        },
      },
    },
    'version_conflict',
  ]

  const ending = ({ account: { id }, ends }: Opening): Guarded[] => {
    if (!ends) return []
    if ('authSession' in ends) {
      return [[endOfAuthSession(sessionsTable, ends.authSession, ends.now), 'ended']]
    }
    const { sessionId, deniedUntil } = ends
    const Key = sessionKey(id, sessionId)
    const Item = { ...revokedFamilyKey(sessionId), expiresAt: deniedUntil, v: ITEM_VERSION }
    return [
      [{ Delete: { TableName: sessionsTable, Key, ConditionExpression: 'attribute_exists(pk)' } }, 'ended'],
      [{ Put: { TableName: refreshTokenDenylistTable, Item } }, 'ended'],
    ]
  }

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

  return {
    async open(opening) {
      const opened = {
        Put: {
          TableName: sessionsTable,
          Item: sessionItem(opening.session),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      }
      const guarded: Guarded[] = [
        accountIsCurrent(opening),
        ...ending(opening),
        ...spending(opening),
        [opened, 'ended'],
      ]
      try {
        const TransactItems = guarded.map(([part]) => part)
        await withRetries(() => client.send(new TransactWriteCommand({ TransactItems })))
        return 'opened'
      } catch (error) {
        const failed = reasonsOf(error).indexOf('ConditionalCheckFailed')
        const [, otherwise] = guarded[failed] ?? []
        if (otherwise) return otherwise
        throw error
      }
    },
  }
}
