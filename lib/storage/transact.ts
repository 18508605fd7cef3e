import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { withRetries } from './client.ts'
import { reasonsOf } from './dynamodb-errors.ts'
import type { Part } from './transaction-parts.ts'

/**
 * Writes all parts or none. Returns what the first failed condition means, in the order of the parts. Throws if it means nothing.
 */
export async function transact<N extends string>(
  client: DynamoDBDocumentClient,
  guarded: readonly (readonly [part: Part, otherwise: N | undefined])[],
): Promise<'done' | N> {
  try {
    const TransactItems = guarded.map(([part]) => part)
    await withRetries(() => client.send(new TransactWriteCommand({ TransactItems })))
    return 'done'
  } catch (error) {
    const failed = reasonsOf(error).indexOf('ConditionalCheckFailed')
    const [, otherwise] = guarded[failed] ?? []
    if (otherwise) return otherwise
    throw error
  }
}
