import { setTimeout as wait } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { currentSignal } from '../domain/invocation-signal.ts'
import { Refusal } from '../domain/refusal.ts'
import { isConditionFailed, isTransactionConflict, isUnavailable } from './dynamodb-errors.ts'

/** The version of the stored shape, on every item, so that a shape can change without downtime. */
export const ITEM_VERSION = 1

/**
 * Creates the DynamoDB client. It makes two attempts of 2 s each, so that the caller gets an answer before the gateway's
 * time-out. `dynamodbEndpoint` selects a local engine.
 */
export function documentClient({
  dynamodbEndpoint,
}: {
  dynamodbEndpoint?: string | undefined
}): DynamoDBDocumentClient {
  return endingWithInvocation(
    new DynamoDBClient({
      ...(dynamodbEndpoint && { endpoint: dynamodbEndpoint }),
      endpointDiscoveryEnabled: false,
      maxAttempts: 2,
      // The request time-out ends with the first headers; the socket time-out covers an answer that stalls after them.
      requestHandler: {
        connectionTimeout: 1000,
        requestTimeout: 2000,
        throwOnRequestTimeout: true,
        socketTimeout: 2000,
      },
    }),
  )
}

/** A client whose calls end with their invocation, in flight as well as between two attempts of the SDK. */
export function endingWithInvocation(client: DynamoDBClient): DynamoDBDocumentClient {
  const documents = DynamoDBDocumentClient.from(client)
  const send = documents.send.bind(documents) as (command: never, options: object) => Promise<unknown>
  return Object.assign(documents, {
    send: (command: never) => send(command, { abortSignal: currentSignal() }),
  }) as DynamoDBDocumentClient
}

const CONFLICT_TRIES = 5

/**
 * Runs a store operation. Retries a transaction conflict with jitter, at most five times. A transient error, or an invocation
 * that has ended, becomes the refusal `unavailable`. Other errors are thrown unchanged.
 */
export async function withRetries<T>(operation: () => Promise<T>): Promise<T> {
  const signal = currentSignal()
  for (let tried = 1; ; tried++) {
    try {
      signal.throwIfAborted()
      return await operation()
    } catch (error) {
      const conflict = isTransactionConflict(error)
      if (conflict && tried < CONFLICT_TRIES) {
        await wait(Math.random() * 20 * 2 ** tried)
        continue
      }
      if (conflict || signal.aborted || isUnavailable(error))
        throw new Refusal('unavailable', { cause: error })
      throw error
    }
  }
}

/** Returns the answer of a conditional write; `undefined` if its condition failed. */
export async function unlessConditionFails<T extends object>(
  write: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await withRetries(write)
  } catch (error) {
    if (isConditionFailed(error)) return undefined
    throw error
  }
}

type Item = Record<string, unknown>

/** The number of requests for keys, and half of the longest wait before the second. The wait doubles each time. */
const MOST_ASKS = 4
const LEFT_OUT_WAIT_MS = 25

/**
 * Reads single items of any tables in one consistent round trip, in the order of their keys. Requests keys that DynamoDB left
 * out because of throttling (`UnprocessedKeys`) again, after a wait with jitter as its guide demands. After the last request it
 * refuses with `unavailable`: an unread item must not count as absent.
 */
export async function readTogether(
  client: DynamoDBDocumentClient,
  keys: readonly { readonly table: string; readonly key: Readonly<Record<string, string>> }[],
): Promise<(Item | undefined)[]> {
  const found: { table: string; item: Item }[] = []
  let missing: typeof keys = keys
  for (let asks = 0; missing.length > 0; asks++) {
    if (asks === MOST_ASKS)
      throw new Refusal('unavailable', { cause: new Error('DynamoDB left keys unprocessed') })
    if (asks > 0) await wait((1 + Math.random()) * LEFT_OUT_WAIT_MS * 2 ** (asks - 1))
    const asked: Record<string, { Keys: Readonly<Record<string, string>>[]; ConsistentRead: true }> = {}
    for (const { table, key } of missing) {
      asked[table] ??= { Keys: [], ConsistentRead: true }
      asked[table].Keys.push(key)
    }
    const { Responses, UnprocessedKeys = {} } = await withRetries(() =>
      client.send(new BatchGetCommand({ RequestItems: asked })),
    )
    if (!Responses) throw new Refusal('unavailable', { cause: new Error('DynamoDB gave no answer') })
    for (const [table, items] of Object.entries(Responses))
      found.push(...items.map((item) => ({ table, item })))
    missing = Object.entries(UnprocessedKeys).flatMap(([table, { Keys = [] }]) =>
      Keys.map((key) => ({ table, key })),
    )
  }
  return keys.map(
    ({ table, key }) =>
      found.find(
        (each) =>
          each.table === table && Object.entries(key).every(([name, value]) => each.item[name] === value),
      )?.item,
  )
}
