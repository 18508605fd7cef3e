import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveCommandInput,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { TableNames } from '../../lib/domain/table-names.ts'
import { readTables } from '../generate/tables-yml.ts'

type Properties = CreateTableCommandInput & Pick<UpdateTimeToLiveCommandInput, 'TimeToLiveSpecification'>

/** Creates the missing tables of `lib/storage/tables.yml`, with the names from the settings. */
export async function createTables(names: TableNames, endpoint: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    // An address may accept the connection and never answer: that is reported after 10 s.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  })
  for (const { id, setting, properties } of readTables()) {
    const name = names[setting as keyof TableNames]
    if (!name) throw new Error(`${id} of lib/storage/tables.yml is new: npm run generate`)
    await createTable(client, name, properties as Properties)
  }
  client.destroy()
}

/** Creates a table, unless it exists, with the properties that every engine understands. */
export async function createTable(
  client: DynamoDBClient,
  TableName: string,
  { TimeToLiveSpecification, ...properties }: Properties,
): Promise<void> {
  const { AttributeDefinitions, KeySchema, BillingMode, GlobalSecondaryIndexes } = properties
  const known = { AttributeDefinitions, KeySchema, BillingMode, GlobalSecondaryIndexes }
  // CloudFormation enables a stream that has a view type.
  const StreamSpecification = properties.StreamSpecification && {
    ...properties.StreamSpecification,
    StreamEnabled: true,
  }
  try {
    await client.send(new CreateTableCommand({ TableName, ...known, StreamSpecification }))
  } catch (error) {
    if (error instanceof ResourceInUseException) return
    throw error
  }
  await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 60 }, { TableName })
  if (TimeToLiveSpecification)
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
}
