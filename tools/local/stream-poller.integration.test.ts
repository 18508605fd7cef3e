import { randomUUID } from 'node:crypto'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { tableNamesOf } from '../deploy/settings.ts'
import { createTables } from './create-tables.ts'
import { pollStream } from './stream-poller.ts'

const endpoint = String(process.env.DYNAMODB_ENDPOINT)
const client = new DynamoDBClient({ endpoint })
afterAll(() => client.destroy())

describe('a polled stream', () => {
  it('passes new wanted records one by one, and repeats one that is not reported as handled, up to the limit of retries', async () => {
    const tables = tableNamesOf(`stream-${randomUUID()}`)
    await createTables(tables, endpoint)
    for (const pk of ['MAIL#a', 'OTHER#a', 'MAIL#a', 'MAIL#b', 'MAIL#c', 'MAIL#d', 'MAIL#e'])
      await client.send(
        new PutItemCommand({ TableName: tables.sessionsTable, Item: { pk: { S: pk }, sk: { S: 'x' } } }),
      )

    const received: string[] = []
    const ending = new AbortController()
    const mapping = {
      table: tables.sessionsTable,
      prefix: 'MAIL#',
      startsAt: 'TRIM_HORIZON',
      retries: 1,
    } as const
    const answers: Record<string, () => unknown> = {
      'MAIL#a': () => ({ batchItemFailures: [] }),
      'MAIL#b': () => ({ batchItemFailures: [{ itemIdentifier: '1' }] }),
      'MAIL#c': () => ({ errorMessage: 'no' }),
      'MAIL#d': () => {
        throw new Error('no')
      },
    }
    const invoke = async (event: any) => {
      const [{ dynamodb }] = event.Records
      const pk = dynamodb.Keys.pk.S
      received.push(pk)
      expect([event.Records.length, Number.isInteger(dynamodb.ApproximateCreationDateTime)]).toEqual([
        1,
        true,
      ])
      if (pk === 'MAIL#e') ending.abort()
      return answers[pk]?.()
    }
    await pollStream(endpoint, mapping, invoke, ending.signal)
    expect(received.join(' ')).toBe('MAIL#a MAIL#b MAIL#b MAIL#c MAIL#c MAIL#d MAIL#d MAIL#e')
  })
})
