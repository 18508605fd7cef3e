import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { deniedUntil } from '../domain/lifetimes.ts'
import type { NotOpened, Opening, SessionOpenings } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { changedBy } from '../domain/users.ts'
import { endOfAuthSession } from './auth-sessions.ts'
import { ITEM_VERSION } from './client.ts'
import { identityParts } from './identity-parts.ts'
import { accountKey, revokedFamilyKey, sessionKey } from './item-keys.ts'
import { proofParts } from './proof-parts.ts'
import { sessionItem } from './session-items.ts'
import { transact } from './transact.ts'
import { type Part, setting, transactionParts } from './transaction-parts.ts'

type Guarded = readonly [part: Part, otherwise: NotOpened]

/** Opens sessions together with the use of their proof: both or neither. */
export function dynamoSessionOpenings(client: DynamoDBDocumentClient, tables: TableNames): SessionOpenings {
  const { usersTable, sessionsTable, refreshTokenDenylistTable } = tables
  const { denyClaims } = transactionParts(tables)
  const { addition } = identityParts(tables)
  const { spending } = proofParts(tables)

  /**
   * The account is active, and nothing has outdated its claims or ended its sessions since it was read. A link is an update of the same
   * item, because a transaction has one part for each.
   */
  const accountIsCurrent = ({ account, session, links }: Opening): Guarded[] => {
    const key = { TableName: usersTable, Key: accountKey(account.id) }
    const current = {
      ConditionExpression: 'claimsVersion = :claims AND sessionVersion = :sessions AND #status = :active',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':claims': account.claimsVersion,
        ':sessions': account.sessionVersion,
        ':active': 'active',
      },
    }
    if (!links) return [[{ ConditionCheck: { ...key, ...current } }, 'version_conflict']]
    const { identities, claimsVersion, sessionVersion } = changedBy(account, {
      identities: account.identities + 1,
      endsSessions: true,
    })
    const update = { ...key, ...setting({ identities, claimsVersion, sessionVersion }, current) }
    return [
      [{ Update: update }, 'version_conflict'],
      [denyClaims(account, claimsVersion, deniedUntil(session.lastUsedAt)), 'version_conflict'],
    ]
  }

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
        ...accountIsCurrent(opening),
        ...ending(opening),
        ...spending(opening),
        ...(opening.links ? addition(opening.links) : []),
        [opened, 'ended'],
      ]
      const outcome = await transact(client, guarded)
      return outcome === 'done' ? 'opened' : outcome
    },
  }
}
