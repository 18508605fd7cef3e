import { setTimeout as wait } from 'node:timers/promises'
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams'

/** Calls a function with an event, and gives its result. */
export type Invoke = (event: object) => Promise<unknown>

export interface Mapping {
  readonly table: string
  /** The function gets new items only, and of these the ones whose partition key begins so. */
  readonly prefix: string
  readonly startsAt: Extract<ShardIteratorType, 'LATEST' | 'TRIM_HORIZON'>
  /** How often a failed record is handed over again. */
  readonly retries: number
}

const PAUSE_MS = 100

/**
 * Hands the records of a table's stream to a function, in order and one by one, as Lambda does on AWS; serverless-offline does
 * not. Ends with `signal`.
 */
export async function pollStream(
  endpoint: string,
  { table, prefix, startsAt, retries }: Mapping,
  invoke: Invoke,
  signal: AbortSignal,
): Promise<void> {
  const streams = new DynamoDBStreamsClient({ endpoint })
  const { Streams = [] } = await streams.send(new ListStreamsCommand({ TableName: table }))
  const StreamArn = Streams[0]?.StreamArn
  if (!StreamArn) throw new Error(`The local table ${table} is of an older version: run npm run reset`)
  const isWanted = ({ eventName, dynamodb }: _Record) =>
    eventName === 'INSERT' && dynamodb?.Keys?.pk?.S?.startsWith(prefix) === true

  // Existing shards are read from `startsAt`, later ones from their beginning.
  const next = new Map<string, string | undefined>()
  for (let ShardIteratorType = startsAt; !signal.aborted; ShardIteratorType = 'TRIM_HORIZON') {
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }))
    for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
      if (next.has(ShardId)) continue
      const shard = { StreamArn, ShardId, ShardIteratorType }
      next.set(ShardId, (await streams.send(new GetShardIteratorCommand(shard))).ShardIterator)
    }
    for (const [shard, ShardIterator] of next) {
      if (!ShardIterator) continue
      const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }))
      next.set(shard, NextShardIterator)
      for (const record of Records.filter(isWanted)) {
        for (let tried = 0; tried <= retries && !signal.aborted; tried++) {
          if (tried > 0) await wait(PAUSE_MS * 10)
          if (await isHandled(record, invoke)) break
        }
      }
    }
    await wait(PAUSE_MS)
  }
}

/** Whether a function takes the record. It has to report that none has failed. */
async function isHandled({ dynamodb, ...record }: _Record, invoke: Invoke): Promise<boolean> {
  // The SDK makes a date of the number of seconds.
  const seconds = Math.floor(Number(dynamodb?.ApproximateCreationDateTime) / 1000)
  const event = { Records: [{ ...record, dynamodb: { ...dynamodb, ApproximateCreationDateTime: seconds } }] }
  const answer = (await invoke(event).catch(() => undefined)) as { batchItemFailures?: unknown[] } | undefined
  return answer?.batchItemFailures?.length === 0
}
