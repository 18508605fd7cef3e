import { stringify } from 'yaml'
import {
  type Contract,
  type EventContract,
  methodsOf,
  type Need,
  type StreamContract,
} from '../../lib/contract/contract.ts'
import { type Entry, isRoute, isStream } from './registry.ts'
import { readTables } from './tables-yml.ts'

const sessionsStream = { 'Fn::GetAtt': ['SessionsTable', 'StreamArn'] }

/** `users` is a table, `users/listing` an index of it. */
function arnOf(name: string, asks: string): object {
  const [table = '', index] = name.split('/')
  const found = readTables().find((each) => each.name === table)
  if (!found || (index && !found.indexes.includes(index)))
    throw new Error(`${asks} needs ${name}, which is not in lib/storage/tables.yml`)
  if (!index) return { 'Fn::GetAtt': [found.id, 'Arn'] }
  return { 'Fn::Sub': `\${${found.id}.Arn}/index/${index}` }
}

/** The part that `serverless.yml` includes: every function with its event and its own role. */
export function functionsYml(entries: readonly Entry[]): string {
  const functions = entries.map((entry) => [entry.name, functionOf(entry)])
  const roles = entries.map((entry) => [roleName(entry), roleOf(entry)])
  const file = {
    functions: Object.fromEntries(functions),
    resources: { Resources: Object.fromEntries(roles), extensions: extensionsOf(entries) },
  }
  return `# GENERATED from the contracts by \`npm run generate\`: do not edit.\n${stringify(file, { aliasDuplicateObjects: false, lineWidth: 0 })}`
}

function functionOf(entry: Entry): object {
  const { file, contract } = entry
  return {
    handler: `${file}.handler`,
    role: roleName(entry),
    ...(contract.memory && { memorySize: contract.memory }),
    ...('schedule' in contract && { events: [{ schedule: { rate: [contract.schedule] } }] }),
    ...('event' in contract && { events: [{ eventBridge: { pattern: patternOf(contract) } }] }),
    ...('stream' in contract && { events: [{ stream: streamOf(contract) }] }),
    ...(isRoute(entry) && {
      events: methodsOf(entry.contract).map((method) => ({
        httpApi: {
          method: method.toLowerCase(),
          path: entry.contract.path,
          ...(entry.contract.access !== 'public' && { authorizer: { name: 'accessToken' } }),
        },
      })),
    }),
    ...('timeout' in contract && { timeout: contract.timeout }),
  }
}

/** Of all mails of the account those that this stage has sent, by whichever configuration set: lib/mail/sender.ts names it. */
function patternOf({ event: { source, types } }: EventContract): object {
  const tags = { stage: [`\${self:service}-\${sls:stage}`] }
  return { source: [source], 'detail-type': types, detail: { mail: { tags } } }
}

/** New items alone, each by itself: what fails is tried again for as long as it is of use, and takes nothing with it. */
function streamOf({ stream: { prefix } }: StreamContract): object {
  return {
    type: 'dynamodb',
    arn: sessionsStream,
    startingPosition: 'TRIM_HORIZON',
    batchSize: 1,
    parallelizationFactor: 10,
    maximumRecordAgeInSeconds: 900,
    maximumRetryAttempts: 10,
    functionResponseType: 'ReportBatchItemFailures',
    filterPatterns: [{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix }] } } } }],
  }
}

/** Additions to what the framework makes of the functions. */
function extensionsOf(entries: readonly Entry[]): object {
  // Without it, an event that Lambda drops after the last retry would not be counted.
  const counted = { Properties: { MetricsConfig: { Metrics: ['EventCount'] } } }
  return Object.fromEntries(entries.filter(isStream).map((entry) => [mappingName(entry), counted]))
}

const capitalized = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** The logical id of a function, of its role, of a route, and of what reads a stream: the framework's own but for the role's. */
export const functionName = ({ name }: Entry): string => `${capitalized(name)}LambdaFunction`
export const roleName = ({ name }: Entry): string => `${capitalized(name)}Role`
export const mappingName = ({ name }: Entry<StreamContract>): string =>
  `${capitalized(name)}EventSourceMappingDynamodbSessionsTable`

export function routeNames(contract: Contract): readonly string[] {
  const parts = contract.path.split('/').map((part) => {
    const spelled = part
      .toLowerCase()
      .replaceAll('-', 'Dash')
      .replace(/\{(.*)\}/, '$1Var')
    return capitalized(spelled.replace(/[^\dA-Za-z]/g, ''))
  })
  return methodsOf(contract).map(
    (method) => `HttpApiRoute${capitalized(method.toLowerCase())}${parts.join('')}`,
  )
}

function roleOf(entry: Entry): object {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      // Made by an administrator beforehand (tools/deploy/permissions-boundary.ts): who deploys can widen no role beyond it.
      PermissionsBoundary: {
        'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/\${self:service}-\${sls:stage}-boundary-\${AWS::Region}`,
      },
      Policies: policiesOf(entry),
    },
  }
}

/** The function's own log, the needs of its contract, and the permissions that depend on settings. */
export function policiesOf({ name, file, contract }: Entry, more: readonly object[] = []): readonly object[] {
  const logGroup = `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/\${self:service}-\${sls:stage}-${name}:*`
  const logging = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: { 'Fn::Sub': logGroup },
  }
  const Statement = [logging, ...statementsOf(contract.needs ?? [], `${file}.ts`), ...more]
  return [{ PolicyName: 'needs', PolicyDocument: { Version: '2012-10-17', Statement } }]
}

function statementsOf(needs: readonly Need[], file: string): object[] {
  const byTable = Map.groupBy(needs, (need) => need.slice(0, need.indexOf(':')))
  return [...byTable].flatMap(([table, needed]) => {
    // The permitted sender is a setting: tools/deploy/permissions-from-settings.ts.
    if (table === 'mail') return []
    if (table === 'sessions/stream') return reading
    if (table.startsWith('keys/')) return onKeys(table.slice('keys/'.length), needed)
    return {
      Effect: 'Allow',
      Action: needed.map((need) => `dynamodb:${need.slice(need.indexOf(':') + 1)}`).sort(),
      Resource: arnOf(table, file),
    }
  })
}

/** The path is listed; parameters below it are created and deleted. */
function onKeys(path: string, needed: readonly Need[]): object[] {
  const arn = `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter\${self:provider.environment.KEYS_PATH}/${path}`
  const actions = needed.map((need) => `ssm:${need.slice(need.indexOf(':') + 1)}`).sort()
  const lists = (action: string) => action === 'ssm:GetParametersByPath'
  const listing = actions.filter(lists)
  const writing = actions.filter((action) => !lists(action))
  const statement = (Action: readonly string[], resource: string) => ({
    Effect: 'Allow',
    Action,
    Resource: { 'Fn::Sub': resource },
  })
  return [
    ...(listing.length > 0 ? [statement(listing, arn)] : []),
    ...(writing.length > 0 ? [statement(writing, `${arn}/*`)] : []),
  ]
}

/** The actions that Lambda needs to read a stream. */
export const streamActions = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
]
const reading = {
  Effect: 'Allow',
  Action: streamActions,
  Resource: sessionsStream,
}
