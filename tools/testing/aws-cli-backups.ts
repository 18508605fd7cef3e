import {
  CreateTableCommand,
  DescribeTableCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import { type Answer, type Commands, shorthand, text } from './aws-cli-options.ts'
import { isThere, type Tables } from './aws-cli-tables.ts'

interface Copy {
  readonly schema: Answer
  readonly items: Answer[]
}

/** Commands that copy and restore tables. `remember` saves what the continuous backups of a table contain from now on. */
export function backupCommands({ dynamodb, isRecoverable }: Tables) {
  const backups = new Map<string, Copy>()
  const moments: { at: number; table: string; copy: Copy }[] = []

  const copyOf = async (TableName: string): Promise<Copy> => {
    const { Table: schema } = await dynamodb.send(new DescribeTableCommand({ TableName }))
    const { Items: items = [] } = await dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }))
    return { schema, items }
  }
  /** A table as AWS restores it: without its former options. */
  const restore = async (TableName: string, { schema, items }: Copy) => {
    const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes = [] } = schema
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        KeySchema,
        AttributeDefinitions,
        BillingMode: 'PAY_PER_REQUEST',
        ...(GlobalSecondaryIndexes.length > 0 && {
          GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(
            ({ IndexName, KeySchema, Projection }: Answer) => ({
              IndexName,
              KeySchema,
              Projection,
            }),
          ),
        }),
      }),
    )
    for (const Item of items) await dynamodb.send(new PutItemCommand({ TableName, Item }))
    return { TableDescription: { TableName, TableStatus: 'CREATING' } }
  }

  const commands: Commands = {
    'dynamodb restore-table-to-point-in-time': {
      takes: ['source-table-name', 'target-table-name', 'restore-date-time'],
      run({ 'source-table-name': source, 'target-table-name': target, 'restore-date-time': time }) {
        if (!isRecoverable.has(text(source))) throw new Error('PointInTimeRecoveryUnavailableException')
        const at = Date.parse(text(time))
        const moment = moments.findLast((each) => each.table === source && each.at <= at)
        if (!moment) throw new Error('InvalidRestoreTimeException')
        return restore(text(target), moment.copy)
      },
    },
    'dynamodb create-backup': {
      takes: ['table-name', 'backup-name'],
      async run({ 'table-name': table, 'backup-name': name }) {
        const BackupArn = `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}/backup/${name}`
        backups.set(BackupArn, await copyOf(text(table)))
        return { BackupDetails: { BackupArn, BackupStatus: 'CREATING' } }
      },
    },
    'dynamodb describe-backup': {
      takes: ['backup-arn'],
      run({ 'backup-arn': arn }) {
        if (!backups.has(text(arn))) throw new Error('BackupNotFoundException')
        return { BackupDescription: { BackupDetails: { BackupArn: arn, BackupStatus: 'AVAILABLE' } } }
      },
    },
    'dynamodb restore-table-from-backup': {
      takes: ['target-table-name', 'backup-arn'],
      run({ 'target-table-name': target, 'backup-arn': arn }) {
        const backup = backups.get(text(arn))
        if (!backup) throw new Error('BackupNotFoundException')
        return restore(text(target), backup)
      },
    },
    'dynamodb update-continuous-backups': {
      takes: ['table-name', 'point-in-time-recovery-specification'],
      async run({ 'table-name': name, 'point-in-time-recovery-specification': specification }) {
        if (!(await isThere(dynamodb, text(name)))) throw new Error('TableNotFoundException')
        if (shorthand(specification).PointInTimeRecoveryEnabled === 'true') isRecoverable.add(text(name))
        return {}
      },
    },
  }
  const remember = async (table: string) => {
    const at = Date.now()
    moments.push({ at, table, copy: await copyOf(table) })
  }
  return { commands, remember }
}
