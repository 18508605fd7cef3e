import { randomUUID } from 'node:crypto'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { createTable } from './create-tables.ts'
import { type Following, failuresOf, pollStream } from './stream-poller.ts'

const endpoint = String(process.env.DYNAMODB_ENDPOINT)
const table = `stream-${randomUUID()}`
const client = new DynamoDBClient({ endpoint })
beforeAll(() =>
  createTable(client, table, {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  }),
)
afterAll(() => client.destroy())

describe('a polled stream', () => {
  it('passes wanted records in batches, and repeats a failed record with all later ones, up to the limit of retries', async () => {
    for (const pk of ['a', 'other', 'b', 'c', 'd'])
      await client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: pk } } }))

    const received: string[] = []
    const following: Following = {
      endpoint,
      table,
      startsAt: 'TRIM_HORIZON',
      batchSize: 3,
      retries: 1,
      wants: ({ dynamodb }) => dynamodb?.Keys?.pk?.S !== 'other',
    }
    await pollStream(
      following,
      async (batch) => {
        const names = batch.map(({ dynamodb }) => dynamodb?.Keys?.pk?.S ?? '')
        received.push(names.join(''))
        const failing = batch.filter((_, at) => names[at] === 'b')
        return failing.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')
      },
      () => received.length >= 3,
    )
    expect(received).toEqual(['abc', 'bc', 'd'])
  })

  it('counts the whole batch as failed if the function reports nothing', () => {
    const batch = [{ dynamodb: { SequenceNumber: '1' } }, { dynamodb: { SequenceNumber: '2' } }]
    expect(failuresOf(batch, { batchItemFailures: [{ itemIdentifier: '2' }] })).toEqual(['2'])
    expect(failuresOf(batch, { batchItemFailures: [] })).toEqual([])
    for (const answer of [undefined, {}, { errorMessage: 'no' }])
      expect(failuresOf(batch, answer)).toEqual(['1', '2'])
  })
})
