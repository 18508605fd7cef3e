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

/** Takes a batch; gives the sequence numbers of the records that failed. */
export type Take = (batch: readonly _Record[]) => Promise<readonly string[]>

const PAUSE_MS = 100

export interface Following {
  readonly endpoint: string
  readonly table: string
  readonly startsAt: Extract<ShardIteratorType, 'LATEST' | 'TRIM_HORIZON'>
  readonly batchSize: number
  /** How often a batch is handed on again. */
  readonly retries: number
  wants(record: _Record): boolean
}

/**
 * Does what Lambda does on AWS, as no emulator here does: hands those items of a table's stream on that are wanted, as they
 * come and in their order, and what failed and whatever is behind it once more. Ends when `isOver`.
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

  const handOn = async (batch: readonly _Record[]): Promise<void> => {
    let left = batch
    for (let tried = 0; left.length > 0 && tried <= retries && !isOver(); tried++) {
      if (tried > 0) await wait(PAUSE_MS * 10)
      const failed = await take(left)
      const first = left.findIndex(({ dynamodb }) => failed.includes(dynamodb?.SequenceNumber ?? ''))
      left = first < 0 ? [] : left.slice(first)
    }
  }

  // Of the shards that are there what `startsAt` says; of those that follow, everything.
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
        await handOn(wanted.slice(from, from + batchSize))
    }
    await wait(PAUSE_MS)
  }
}

/** The sequence numbers that a function says have failed; all of them where it says nothing of the kind. */
export function failuresOf(batch: readonly _Record[], answer: unknown): readonly string[] {
  const { batchItemFailures } = (answer ?? {}) as { batchItemFailures?: { itemIdentifier: string }[] }
  const all = batch.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')
  return batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier) ?? all
}

/** Hands a batch to a function that serverless-offline serves, as Lambda's own API would. */
export const invokeLocally =
  (lambdaPort: number, name: string): Take =>
  async (batch) => {
    const answer = await fetch(`http://localhost:${lambdaPort}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      body: JSON.stringify({ Records: batch }),
    })
    return failuresOf(batch, await answer.json())
  }
