import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { AuthSession, AuthSessionStore } from '../domain/factor-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { accountOf } from './accounts.ts'
import { ITEM_VERSION, readTogether, withRetries } from './client.ts'
import { isProviderAccount, providerAccountFields } from './identity-items.ts'
import { fieldsOf, optional, text, texts, truth, whole } from './item-checks.ts'
import { accountKey, authSessionKey } from './item-keys.ts'
import type { Part } from './transaction-parts.ts'

/** Logins that wait for their second factor: an item each. */
export function dynamoAuthSessions(
  client: DynamoDBDocumentClient,
  { usersTable, sessionsTable }: Pick<TableNames, 'usersTable' | 'sessionsTable'>,
): AuthSessionStore {
  return {
    async put({ links, ...authSession }) {
      const Item = {
        ...authSessionKey(authSession.userId, authSession.tokenHash),
        ...authSession,
        ...(links && { links: providerAccountFields(links) }),
        v: ITEM_VERSION,
      }
      await withRetries(() => client.send(new PutCommand({ TableName: sessionsTable, Item })))
    },

    async find(userId, tokenHash) {
      const [account, authSession] = await readTogether(client, [
        { table: usersTable, key: accountKey(userId) },
        { table: sessionsTable, key: authSessionKey(userId, tokenHash) },
      ])
      return {
        account: account && accountOf(account),
        authSession: authSession && authSessionOf(authSession),
      }
    },
  }
}

/** Ends an auth session, once and in time. */
export const endOfAuthSession = (
  sessionsTable: string,
  { userId, tokenHash, sessionVersion }: AuthSession,
  now: number,
): Part => ({
  Delete: {
    TableName: sessionsTable,
    Key: authSessionKey(userId, tokenHash),
    ConditionExpression: 'sessionVersion = :version AND expiresAt > :now',
    ExpressionAttributeValues: { ':version': sessionVersion, ':now': now },
  },
})

const authSessionOf = (item: Readonly<Record<string, unknown>>): AuthSession =>
  fieldsOf('auth session', item, {
    userId: text,
    tokenHash: text,
    sessionVersion: whole,
    claimsVersion: optional(whole),
    amr: texts,
    enrolsOnly: truth,
    links: optional(isProviderAccount),
    expiresAt: whole,
  })
