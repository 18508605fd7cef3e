import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { search } from 'jmespath'
import { type KeyPath, keyPaths, type Parameters } from '../../lib/crypto/keys.ts'
import type { LogLine } from './aws-services.ts'

/** The options of a command of the AWS CLI, by name; `true` for one without a value. */
type Given = Readonly<Record<string, string | true>>
/** The answer of AWS, which a query selects from. */
type Answer = any
type Command = {
  /** Every option, beside `--query` and `--output`. Those without a question mark are required. */
  readonly takes: readonly string[]
  run(given: Given): Promise<Answer> | Answer
}

interface Copy {
  readonly schema: Answer
  readonly items: Answer[]
}

/** The account that the commands act on. */
export interface Account {
  readonly dynamodb: DynamoDBClient
  readonly parameters: Parameters
  readonly keysPath: string
  /** Whether each stack can be deleted. */
  readonly stacks: Map<string, 'protected' | 'free'>
  /** Reserved concurrency by function. */
  readonly functions: Map<string, number | undefined>
  /** Tables that cannot be deleted, and that have point-in-time recovery. */
  readonly isProtected: Set<string>
  readonly isRecoverable: Set<string>
  /** The events of all log groups, by the name of the group. */
  readonly logs: () => ReadonlyMap<string, readonly LogLine[]>
}

/**
 * A stand-in of the AWS CLI for the commands of docs/deploy.md. Each acts on a local engine, on parameters and on logs as it
 * would on AWS. An unknown command or option is refused, so that every line of the guide is checked.
 */
export function awsCli(account: Account) {
  const { dynamodb, functions, stacks, isProtected, isRecoverable } = account
  const backups = new Map<string, Copy>()
  const moments: { at: number; table: string; copy: Copy }[] = []
  const queries: Answer[] = []

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
  const isThere = (TableName: string) =>
    dynamodb.send(new DescribeTableCommand({ TableName })).then(
      () => true,
      () => false,
    )

  const commands: Readonly<Record<string, Command>> = {
    'lambda list-functions': {
      takes: [],
      run: () => ({ Functions: [...functions.keys()].map((FunctionName) => ({ FunctionName })) }),
    },
    'lambda put-function-concurrency': {
      takes: ['function-name', 'reserved-concurrent-executions'],
      run({ 'function-name': name, 'reserved-concurrent-executions': count }) {
        if (!functions.has(text(name))) throw new Error(`ResourceNotFoundException: ${name}`)
        functions.set(text(name), Number(count))
        return { ReservedConcurrentExecutions: Number(count) }
      },
    },
    'lambda delete-function-concurrency': {
      takes: ['function-name'],
      run({ 'function-name': name }) {
        if (!functions.has(text(name))) throw new Error(`ResourceNotFoundException: ${name}`)
        functions.set(text(name), undefined)
      },
    },
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
    'dynamodb wait table-exists': {
      takes: ['table-name'],
      async run({ 'table-name': name }) {
        if (!(await isThere(text(name)))) throw new Error('Waiter TableExists failed')
      },
    },
    'dynamodb wait table-not-exists': {
      takes: ['table-name'],
      async run({ 'table-name': name }) {
        if (await isThere(text(name))) throw new Error('Waiter TableNotExists failed')
      },
    },
    'dynamodb update-table': {
      takes: ['table-name', 'deletion-protection-enabled?', 'no-deletion-protection-enabled?'],
      async run({ 'table-name': name, ...change }) {
        if (!(await isThere(text(name)))) throw new Error('ResourceNotFoundException')
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
    'dynamodb update-continuous-backups': {
      takes: ['table-name', 'point-in-time-recovery-specification'],
      async run({ 'table-name': name, 'point-in-time-recovery-specification': specification }) {
        if (!(await isThere(text(name)))) throw new Error('TableNotFoundException')
        if (shorthand(specification).PointInTimeRecoveryEnabled === 'true') isRecoverable.add(text(name))
        return {}
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
    'cloudformation update-termination-protection': {
      takes: ['stack-name', 'no-enable-termination-protection?', 'enable-termination-protection?'],
      run({ 'stack-name': name, 'enable-termination-protection': isProtected }) {
        if (!stacks.has(text(name))) throw new Error('ValidationError: no such stack')
        stacks.set(text(name), isProtected ? 'protected' : 'free')
        return { StackId: name }
      },
    },
    'cloudformation delete-stack': {
      takes: ['stack-name'],
      run({ 'stack-name': name }) {
        if (stacks.get(text(name)) !== 'free') throw new Error(`ValidationError: ${name}`)
        stacks.delete(text(name))
      },
    },
    'ssm get-parameters-by-path': {
      takes: ['path', 'with-decryption?'],
      async run({ path, 'with-decryption': isDecrypted }) {
        const { keyPath } = parameterAt(account, `${path}/`)
        const values = await account.parameters.below(keyPath)
        return {
          Parameters: [...values].map(([number, value]) => ({
            Name: `${path}/${number}`,
            Type: 'SecureString',
            Value: isDecrypted ? value : 'AQICAHh',
          })),
        }
      },
    },
    'ssm put-parameter': {
      takes: ['name', 'type', 'value'],
      async run({ name, type, value }) {
        const { keyPath, number } = parameterAt(account, text(name))
        if (type !== 'SecureString') throw new Error('This one is a secret')
        if ((await account.parameters.create(keyPath, number, text(value))) === 'exists')
          throw new Error('ParameterAlreadyExists')
        return { Version: 1 }
      },
    },
    'logs start-query': {
      takes: ['start-time', 'end-time', 'limit?', 'query-string'],
      run({ 'start-time': from, 'end-time': to, 'query-string': query }) {
        queries.push(insights(account.logs(), text(query), Number(from) * 1000, Number(to) * 1000 + 999))
        return { queryId: String(queries.length) }
      },
    },
    'logs get-query-results': {
      takes: ['query-id'],
      run: ({ 'query-id': id }) => ({ status: 'Complete', results: queries[Number(id) - 1] }),
    },
  }

  return {
    /** Saves what the continuous backups of a table contain from now on. */
    async remember(table: string) {
      const at = Date.now()
      moments.push({ at, table, copy: await copyOf(table) })
    },
    async run(words: readonly string[]): Promise<string> {
      const name = words[1] === 'wait' ? words.slice(0, 3).join(' ') : words.slice(0, 2).join(' ')
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined
      if (!command) throw new Error(`The stand-in does not know "aws ${name}"`)
      const { query, output = 'json', ...given } = optionsOf(words.slice(name.split(' ').length))
      check(name, command, given)
      const answer = await command.run(given)
      if (answer === undefined) return ''
      const { $metadata: _, ...shown } = answer
      return printed(query === undefined ? shown : search(shown, text(query)), output)
    },
  }
}

const text = (given: string | true | undefined): string => {
  if (typeof given !== 'string') throw new Error('An option has no value')
  return given
}

function optionsOf(words: readonly string[]): Given {
  const given: Record<string, string | true> = {}
  for (let at = 0; at < words.length; at++) {
    const [, name] = /^--([a-z-]+)$/.exec(String(words[at])) ?? []
    if (!name) throw new Error(`Unknown options: ${words[at]}`)
    const value = words[at + 1]
    if (value === undefined || /^--[a-z]/.test(value)) given[name] = true
    else {
      given[name] = value
      at++
    }
  }
  return given
}

function check(name: string, { takes }: Command, given: Given): void {
  const known = takes.map((each) => each.replace('?', ''))
  for (const option of Object.keys(given))
    if (!known.includes(option)) throw new Error(`The stand-in does not know --${option} of "aws ${name}"`)
  for (const option of takes)
    if (!option.endsWith('?') && given[option] === undefined) throw new Error(`aws ${name} needs --${option}`)
}

const shorthand = (given: string | true | undefined): Record<string, string> =>
  Object.fromEntries(
    text(given)
      .split(',')
      .map((pair) => pair.split('=')),
  )

function printed(answer: Answer, output: string | true): string {
  if (output === 'json') return `${JSON.stringify(answer, null, 4)}\n`
  if (output !== 'text') throw new Error(`The stand-in does not know --output ${output}`)
  const row = (value: Answer): string =>
    Array.isArray(value) ? value.map(row).join('\t') : String(value ?? 'None')
  const isRows = Array.isArray(answer) && answer.some(Array.isArray)
  const rows = isRows ? answer.map(row) : [row(answer)]
  return rows.map((line) => `${line}\n`).join('')
}

function parameterAt({ keysPath }: Account, name: string): { keyPath: KeyPath; number: string } {
  const keyPath = keyPaths.find((each) => name.startsWith(`${keysPath}/${each}/`))
  if (!keyPath) throw new Error(`ParameterNotFound: ${name}`)
  return { keyPath, number: name.slice(`${keysPath}/${keyPath}/`.length) }
}

/** The only form of a Logs Insights query in the guide. */
function insights(
  logs: ReadonlyMap<string, readonly LogLine[]>,
  query: string,
  from: number,
  to: number,
): Answer {
  const [, source = '', fields = '', types = '', order = ''] =
    /^SOURCE logGroups\(namePrefix:\s*\[([^\]]*)\]\)\s*\|\s*fields ([\w, @]+?)\s*\|\s*filter type in \[([^\]]*)\]\s*\|\s*sort (\w+)$/.exec(
      query,
    ) ?? []
  const listed = (list: string) => [...list.matchAll(/'([^']+)'/g)].map(([, each = '']) => each)
  const [prefixes, wanted] = [listed(source), listed(types)]
  if (prefixes.length === 0 || wanted.length === 0) throw new Error('MalformedQueryException')
  return [...logs]
    .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
    .flatMap(([, lines]) => lines)
    .filter(({ type, time }) => wanted.includes(type) && Date.parse(time) >= from && Date.parse(time) <= to)
    .sort((a, b) => (a[order] < b[order] ? -1 : 1))
    .map((line) => [
      ...fields
        .split(/,\s*/)
        .filter((field) => line[field] !== undefined)
        .map((field) => ({ field, value: String(line[field]) })),
      { field: '@ptr', value: 'x' },
    ])
}
