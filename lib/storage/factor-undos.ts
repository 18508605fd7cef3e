import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { FactorUndo, FactorUndoStore } from '../domain/factor-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { accountOf } from './accounts.ts'
import { ITEM_VERSION, readTogether, withRetries } from './client.ts'
import { fieldsOf, text, whole } from './item-checks.ts'
import { accountKey, factorUndoKey } from './item-keys.ts'

/** The mailed links that undo the first factor: an item each, beside the account. */
export function dynamoFactorUndos(
  client: DynamoDBDocumentClient,
  { usersTable }: Pick<TableNames, 'usersTable'>,
): FactorUndoStore {
  return {
    async put(undo) {
      const Item = { ...factorUndoKey(undo.userId, undo.tokenHash), ...undo, v: ITEM_VERSION }
      await withRetries(() => client.send(new PutCommand({ TableName: usersTable, Item })))
    },

    async find(userId, tokenHash) {
      const [account, undo] = await readTogether(
        client,
        [accountKey(userId), factorUndoKey(userId, tokenHash)].map((key) => ({ table: usersTable, key })),
      )
      return { account: account && accountOf(account), undo: undo && factorUndoOf(undo) }
    },
  }
}

const factorUndoOf = (item: Readonly<Record<string, unknown>>): FactorUndo =>
  fieldsOf('undo link', item, { userId: text, tokenHash: text, since: whole, keptUntil: whole })
