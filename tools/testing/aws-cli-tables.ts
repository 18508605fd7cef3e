import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ScanCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { type Commands, shorthand, text } from './aws-cli-options.ts'

/** What the commands know of the tables. */
export interface Tables {
  readonly dynamodb: DynamoDBClient
  /** Tables that cannot be deleted, and that have point-in-time recovery. */
  readonly isProtected: Set<string>
  readonly isRecoverable: Set<string>
}

export const isThere = (dynamodb: DynamoDBClient, TableName: string): Promise<boolean> =>
  dynamodb.send(new DescribeTableCommand({ TableName })).then(
    () => true,
    () => false,
  )

/** Commands that read and change tables. */
export const tableCommands = ({ dynamodb, isProtected, isRecoverable }: Tables): Commands => ({
  'dynamodb wait table-exists': {
    takes: ['table-name'],
    async run({ 'table-name': name }) {
      if (!(await isThere(dynamodb, text(name)))) throw new Error('Waiter TableExists failed')
    },
  },
  'dynamodb wait table-not-exists': {
    takes: ['table-name'],
    async run({ 'table-name': name }) {
      if (await isThere(dynamodb, text(name))) throw new Error('Waiter TableNotExists failed')
    },
  },
  'dynamodb update-table': {
    takes: ['table-name', 'deletion-protection-enabled?', 'no-deletion-protection-enabled?'],
    async run({ 'table-name': name, ...change }) {
      if (!(await isThere(dynamodb, text(name)))) throw new Error('ResourceNotFoundException')
      if (change['deletion-protection-enabled']) isProtected.add(text(name))
      if (change['no-deletion-protection-enabled']) isProtected.delete(text(name))
      return { TableDescription: { TableName: name } }
    },
  },
  'dynamodb delete-table': {
    takes: ['table-name'],
    run({ 'table-name': name }) {
      if (isProtected.has(text(name))) throw new Error('ValidationException: deletion protection')
      isRecoverable.delete(text(name))
      return dynamodb.send(new DeleteTableCommand({ TableName: text(name) }))
    },
  },
  'dynamodb update-time-to-live': {
    takes: ['table-name', 'time-to-live-specification'],
    run({ 'table-name': name, 'time-to-live-specification': specification }) {
      const { Enabled, AttributeName } = shorthand(specification)
      const TimeToLiveSpecification = { Enabled: Enabled === 'true', AttributeName }
      return dynamodb.send(new UpdateTimeToLiveCommand({ TableName: text(name), TimeToLiveSpecification }))
    },
  },
  'dynamodb scan': {
    takes: ['table-name', 'projection-expression?', 'select?'],
    run: ({ 'table-name': name, 'projection-expression': projection, select }) =>
      dynamodb.send(
        new ScanCommand({
          TableName: text(name),
          ...(projection && { ProjectionExpression: text(projection) }),
          ...(select && { Select: text(select) as 'COUNT' }),
        }),
      ),
  },
  'dynamodb batch-write-item': {
    takes: ['request-items'],
    run: ({ 'request-items': items }) =>
      dynamodb.send(new BatchWriteItemCommand({ RequestItems: JSON.parse(text(items)) })),
  },
})
