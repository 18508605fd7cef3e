import { setTimeout as wait } from 'node:timers/promises'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'

/** Takes a record; says whether it was done. */
type Take = (record: _Record) => Promise<boolean>

const PAUSE_MS = 100
const TRIES = 3

/**
 * Does what Lambda does on AWS, as serverless-offline knows no streams: hands the new items of a table whose `pk` begins
 * with `prefix` on as they come, and what was not done once more. Ends when `isOver`.
 */
export async function followStream(
  { endpoint, table, prefix }: { endpoint: string; table: string; prefix: string },
  take: Take,
  isOver: () => boolean,
): Promise<void> {
  const { Table } = await new DynamoDBClient({ endpoint }).send(
    new DescribeTableCommand({ TableName: table }),
  )
  const StreamArn = Table?.LatestStreamArn
  if (!StreamArn) throw new Error(`The local table ${table} is of an older version: run npm run reset`)
  const streams = new DynamoDBStreamsClient({ endpoint })
  const isNew = ({ eventName, dynamodb }: _Record) =>
    eventName === 'INSERT' && dynamodb?.Keys?.pk?.S?.startsWith(prefix) === true

  // Of the shards that are there only what comes from now on; of those that follow, everything.
  const next = new Map<string, string | undefined>()
  for (
    let ShardIteratorType: 'LATEST' | 'TRIM_HORIZON' = 'LATEST';
    !isOver();
    ShardIteratorType = 'TRIM_HORIZON'
  ) {
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
      for (const record of Records.filter(isNew)) {
        for (let tried = 0; tried < TRIES && !isOver() && !(await take(record)); tried++)
          await wait(PAUSE_MS * 10)
      }
    }
    await wait(PAUSE_MS)
  }
}

/** Hands a record to a function that serverless-offline serves, as Lambda's own API would. */
export const invokeLocally =
  (lambdaPort: number, name: string): Take =>
  async (record) => {
    const answer = await fetch(`http://localhost:${lambdaPort}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      body: JSON.stringify({ Records: [record] }),
    })
    const { batchItemFailures } = (await answer.json()) as { batchItemFailures?: readonly unknown[] }
    return batchItemFailures?.length === 0
  }
