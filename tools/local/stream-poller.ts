import { setTimeout as wait } from 'node:timers/promises'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams'

/** Takes a batch. Gives the sequence numbers of the records that failed. */
export type Take = (batch: readonly _Record[]) => Promise<readonly string[]>

const PAUSE_MS = 100

export interface Following {
  readonly endpoint: string
  readonly table: string
  readonly startsAt: Extract<ShardIteratorType, 'LATEST' | 'TRIM_HORIZON'>
  readonly batchSize: number
  /** How often a failed batch is handed over again. */
  readonly retries: number
  wants(record: _Record): boolean
}

/**
 * Hands the wanted records of a table's stream over in order, as Lambda does on AWS; serverless-offline does not. A failed record
 * is handed over again, with all later records of its batch. Ends when `isOver`.
 */
export async function pollStream(
  { endpoint, table, startsAt, batchSize, retries, wants }: Following,
  take: Take,
  isOver: () => boolean,
): Promise<void> {
  const { Table } = await new DynamoDBClient({ endpoint }).send(
    new DescribeTableCommand({ TableName: table }),
  )
  const StreamArn = Table?.LatestStreamArn
  if (!StreamArn) throw new Error(`The local table ${table} is of an older version: run npm run reset`)
  const streams = new DynamoDBStreamsClient({ endpoint })

  const handOver = async (batch: readonly _Record[]): Promise<void> => {
    let left = batch
    for (let tried = 0; left.length > 0 && tried <= retries && !isOver(); tried++) {
      if (tried > 0) await wait(PAUSE_MS * 10)
      const failed = await take(left)
      const first = left.findIndex(({ dynamodb }) => failed.includes(dynamodb?.SequenceNumber ?? ''))
      left = first < 0 ? [] : left.slice(first)
    }
  }

  // Existing shards are read from `startsAt`, later ones from their beginning.
  const next = new Map<string, string | undefined>()
  for (let ShardIteratorType = startsAt; !isOver(); ShardIteratorType = 'TRIM_HORIZON') {
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
      const wanted = Records.filter(wants)
      for (let from = 0; from < wanted.length; from += batchSize)
        await handOver(wanted.slice(from, from + batchSize))
    }
    await wait(PAUSE_MS)
  }
}

/** The sequence numbers of the records that a function reports as failed. Without such a report, all have failed. */
export function failuresOf(batch: readonly _Record[], answer: unknown): readonly string[] {
  const { batchItemFailures } = (answer ?? {}) as { batchItemFailures?: { itemIdentifier: string }[] }
  const all = batch.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')
  return batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier) ?? all
}

/** Hands batches to a function as events of Lambda. If it throws, the whole batch has failed. */
export const invoking =
  (invoke: (event: object) => Promise<unknown>): Take =>
  async (batch) => {
    const Records = batch.map(({ dynamodb, ...record }) => {
      // The SDK makes a date of the number of seconds.
      const seconds = Math.floor((dynamodb?.ApproximateCreationDateTime?.getTime() ?? 0) / 1000)
      return { ...record, dynamodb: { ...dynamodb, ApproximateCreationDateTime: seconds } }
    })
    return failuresOf(batch, await invoke({ Records }).catch(() => undefined))
  }

/**
 * Whether a record passes the filters of an event source mapping. Each field of a pattern lists the values that it may have.
 * @throws for an operator other than `prefix`.
 */
export const passes = (patterns: readonly unknown[], record: object): boolean =>
  patterns.length === 0 || patterns.some((pattern) => matches(pattern, record))

function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((allowed) => isAllowed(allowed, value))
  return Object.entries(pattern as object).every(([name, inner]) =>
    matches(inner, (value as Record<string, unknown> | undefined)?.[name]),
  )
}

function isAllowed(allowed: unknown, value: unknown): boolean {
  if (typeof allowed !== 'object' || allowed === null) return allowed === value
  const [[operator, argument] = []] = Object.entries(allowed)
  if (operator !== 'prefix') throw new Error(`The filter uses ${operator}, which is not known here`)
  return typeof value === 'string' && value.startsWith(argument)
}
