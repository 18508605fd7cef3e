import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { AccountChange, FormerEmail, UserStore } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { type Account, changedBy, isActiveAdministrator } from '../domain/users.ts'
import { accountOf } from './accounts.ts'
import { endOfAuthSession } from './auth-sessions.ts'
import { unlessConditionFails, withRetries } from './client.ts'
import { emailReservations, keptEmail } from './email-reservations.ts'
import { factorParts } from './factor-parts.ts'
import { identityParts } from './identity-parts.ts'
import { accountKey, everythingOf, formerEmailKey, sessionKey } from './item-keys.ts'
import { sessionItem } from './session-items.ts'
import { transact } from './transact.ts'
import { type Guarded, setting, transactionParts } from './transaction-parts.ts'
import { userItems } from './user-items.ts'

/** Writes to an existing account. What must succeed together is one transaction, conditioned on the account as it was read. */
export function accountChanges(
  client: DynamoDBDocumentClient,
  tables: TableNames,
): Pick<UserStore, 'setProfile' | 'change' | 'remove' | 'endExpiry' | 'formerEmail'> {
  const { usersTable, sessionsTable } = tables
  const parts = transactionParts(tables)
  const reservations = emailReservations(tables)
  const factors = factorParts(tables)
  const identities = identityParts(tables)
  const items = userItems(client, usersTable)

  const lasting = ({ id, email }: Account): Guarded[] => [[reservations.last(id, email), 'version_conflict']]

  const formerEmail = async (userId: string, now: number): Promise<FormerEmail | undefined> => {
    const Key = formerEmailKey(userId)
    const command = new GetCommand({ TableName: usersTable, Key, ConsistentRead: true })
    const { Item } = await withRetries(() => client.send(command))
    return keptEmail(Item, now)
  }

  return {
    formerEmail,

    async setProfile(userId, { name, locale }) {
      const fields = { ...(name !== undefined && { name }), ...(locale && { locale }) }
      const exists = { ConditionExpression: 'attribute_exists(pk)', ExpressionAttributeValues: {} }
      const command = new UpdateCommand({
        TableName: usersTable,
        Key: accountKey(userId),
        ...setting(fields, exists),
        ReturnValues: 'ALL_NEW',
      })
      const answer = await unlessConditionFails(() => client.send(command))
      return answer && accountOf(answer.Attributes ?? {})
    },

    async endExpiry(read) {
      const update = {
        TableName: usersTable,
        Key: accountKey(read.id),
        UpdateExpression: 'REMOVE keptUntil',
        ConditionExpression: 'attribute_exists(pk)',
      }
      const outcome = await transact(client, [[{ Update: update }, 'version_conflict'], ...lasting(read)])
      return outcome === 'done'
    },

    async change(read, change) {
      const {
        deniedUntil,
        replaces,
        by,
        redeems,
        leaves,
        emailMove,
        factorWrites,
        identityWrites,
        ...account
      } = change
      const { endsSessions, ...fields } = account
      const changed = changedBy(read, account)
      const set = { ...fields, claimsVersion: changed.claimsVersion, sessionVersion: changed.sessionVersion }
      const endsExpiry = read.keptUntil !== undefined && changed.keptUntil === undefined
      const update = {
        TableName: usersTable,
        Key: accountKey(read.id),
        ...setting(set, parts.sameVersions(read), endsExpiry ? ' REMOVE keptUntil' : ''),
      }
      const { takesFrom } = emailMove ?? {}
      const taken = takesFrom ? await items.read(everythingOf(takesFrom.id)) : []
      // The account comes first: its version conflict takes precedence.
      const outcome = await transact(client, [
        [{ Update: update }, 'version_conflict'],
        [parts.denyClaims(read, changed.claimsVersion, deniedUntil), 'version_conflict'],
        ...(replaces ? exchange(read.id, replaces) : []),
        ...(redeems ? [parts.redemption(redeems, leaves)] : []),
        ...(factorWrites ? factors.writes(read.id, factorWrites) : []),
        ...(identityWrites ? identities.writes(identityWrites, deniedUntil) : []),
        ...(emailMove ? reservations.move(read, changed.email, emailMove) : []),
        ...(takesFrom ? removal(takesFrom, taken, deniedUntil) : []),
        ...(endsExpiry && !emailMove ? lasting(read) : []),
        ...parts.actorIsCurrent(by, read),
        ...parts.administrators(read.id, isActiveAdministrator(read), isActiveAdministrator(changed)),
      ])
      return outcome === 'done' ? changed : outcome
    },

    async remove(read, { deniedUntil, by, now }) {
      const found = await items.read(everythingOf(read.id))
      const former = keptEmail(
        found.find(({ sk }) => sk === formerEmailKey(read.id).sk),
        now,
      )
      // The email has changed between the two reads.
      if (former?.email === read.email) return 'version_conflict'
      const outcome = await transact(client, [
        ...removal(read, found, deniedUntil),
        [reservations.release(read.id, read.email), 'version_conflict'],
        ...(former ? reservations.drop(read.id, former) : []),
        ...parts.actorIsCurrent(by, read),
        ...parts.administrators(read.id, isActiveAdministrator(read), false),
      ])
      return outcome === 'done' ? { former } : outcome
    },
  }

  /** Deletes an account as it was read, with the items of its ways in. No token of a deleted user has a new enough claims version. */
  function removal(read: Account, its: readonly Record<string, unknown>[], deniedUntil: number): Guarded[] {
    const key = { TableName: usersTable, Key: accountKey(read.id) }
    return [
      [{ Delete: { ...key, ...parts.sameVersions(read) } }, 'version_conflict'],
      [parts.denyClaims(read, Number.MAX_SAFE_INTEGER, deniedUntil), 'version_conflict'],
      ...factors.removals(its),
      ...identities.removals(its, deniedUntil),
    ]
  }

  /** Fails if the session was ended meanwhile, instead of replacing it with a new one. */
  function exchange(userId: string, replaces: NonNullable<AccountChange['replaces']>): Guarded[] {
    const next = { TableName: sessionsTable, Item: sessionItem(replaces.by) }
    const gone = (Key: Record<string, string>) => ({
      Delete: { TableName: sessionsTable, Key, ConditionExpression: 'attribute_exists(pk)' },
    })
    return [
      'sessionId' in replaces
        ? [gone(sessionKey(userId, replaces.sessionId)), 'version_conflict']
        : [endOfAuthSession(sessionsTable, replaces.authSession, replaces.now), 'version_conflict'],
      [{ Put: next }, 'version_conflict'],
    ]
  }
}
