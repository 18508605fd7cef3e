import { readFile } from 'node:fs/promises'
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ResourceInUseException,
  type StreamViewType,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { parse } from 'yaml'
import type { TableNames } from '../../lib/domain/table-names.ts'
import { readTables } from '../generate/tables-yml.ts'

/** A table as CloudFormation describes it. */
export type TableProperties = Omit<CreateTableCommandInput, 'TableName' | 'StreamSpecification'> & {
  StreamSpecification?: { StreamViewType: StreamViewType }
  TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean }
}

/** Creates the missing tables of `lib/storage/tables.yml`, with the names from the settings. */
export async function createTables(names: TableNames, endpoint: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    // An address may accept the connection and never answer: that is reported after 10 s.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  })
  const { Resources } = parse(await readFile('lib/storage/tables.yml', 'utf8')) as {
    Resources: Record<string, { Properties: TableProperties }>
  }
  for (const { id, setting } of readTables()) {
    const [name, resource] = [names[setting as keyof TableNames], Resources[id]]
    if (!name || !resource) throw new Error(`${id} of lib/storage/tables.yml is new: npm run generate`)
    await createTable(client, name, resource.Properties)
  }
  client.destroy()
}

/** Creates a table, unless it exists. */
export async function createTable(
  client: DynamoDBClient,
  TableName: string,
  properties: TableProperties,
): Promise<void> {
  try {
    await client.send(new CreateTableCommand(creationOf(TableName, properties)))
  } catch (error) {
    if (error instanceof ResourceInUseException) return
    throw error
  }
  await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 60 }, { TableName })
  const { TimeToLiveSpecification } = properties
  if (TimeToLiveSpecification) {
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
  }
}

/** The properties that every engine understands. */
const creationOf = (
  TableName: string,
  {
    AttributeDefinitions,
    KeySchema,
    BillingMode,
    GlobalSecondaryIndexes,
    StreamSpecification,
  }: TableProperties,
): CreateTableCommandInput => ({
  TableName,
  AttributeDefinitions,
  KeySchema,
  BillingMode,
  ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
  ...(StreamSpecification && { StreamSpecification: { ...StreamSpecification, StreamEnabled: true } }),
})
