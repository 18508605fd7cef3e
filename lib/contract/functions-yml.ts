import { stringify } from 'yaml'
import type { Need, StreamContract } from './contract.ts'
import { type Entry, isRoute } from './registry.ts'

/** Logical ids of `lib/storage/tables.yml`. */
const tables: Record<string, string> = {
  users: 'UsersTable',
  sessions: 'SessionsTable',
  'refresh-token-denylist': 'RefreshTokenDenylistTable',
}

/** `users` is a table, `users/listing` an index of it. */
function arnOf(name: string): object {
  const [table = '', index] = name.split('/')
  if (!index) return { 'Fn::GetAtt': [tables[table], 'Arn'] }
  return { 'Fn::Sub': `\${${tables[table]}.Arn}/index/${index}` }
}

/** What `serverless.yml` includes: every function with its event, and a role of its own that allows what it needs. */
export function functionsYml(entries: readonly Entry[]): string {
  const functions = entries.map((entry) => [entry.name, functionOf(entry)])
  const roles = entries.map((entry) => [roleName(entry), roleOf(entry)])
  const file = {
    functions: Object.fromEntries(functions),
    resources: { Resources: Object.fromEntries(roles) },
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
    ...('stream' in contract && { events: [{ stream: streamOf(contract) }] }),
    ...(isRoute(entry) && {
      events: [
        {
          httpApi: {
            method: entry.contract.method.toLowerCase(),
            path: entry.contract.path,
            ...(entry.contract.access !== 'public' && { authorizer: { name: 'accessToken' } }),
          },
        },
      ],
    }),
    ...('timeout' in contract && { timeout: contract.timeout }),
  }
}

/** New items alone, each by itself: what fails is tried again for as long as it is of use, and takes nothing with it. */
function streamOf({ stream: { table, prefix } }: StreamContract): object {
  return {
    type: 'dynamodb',
    arn: { 'Fn::GetAtt': [tables[table], 'StreamArn'] },
    startingPosition: 'TRIM_HORIZON',
    batchSize: 1,
    parallelizationFactor: 10,
    maximumRecordAgeInSeconds: 900,
    maximumRetryAttempts: 10,
    functionResponseType: 'ReportBatchItemFailures',
    filterPatterns: [{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix }] } } } }],
  }
}

const roleName = ({ name }: Entry) => `${name.charAt(0).toUpperCase()}${name.slice(1)}Role`

function roleOf({ name, contract }: Entry): object {
  const logGroup = `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/\${self:service}-\${sls:stage}-${name}:*`
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: 'needs',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                Resource: { 'Fn::Sub': logGroup },
              },
              ...statementsOf(contract.needs ?? []),
            ],
          },
        },
      ],
    },
  }
}

function statementsOf(needs: readonly Need[]): object[] {
  const byTable = Map.groupBy(needs, (need) => need.slice(0, need.indexOf(':')))
  return [...byTable].map(([table, needed]) => {
    if (table === 'mail') return sending
    if (table === 'sessions/stream') return reading
    if (table.startsWith('keys/')) return onKeys(table.slice('keys/'.length), needed)
    return {
      Effect: 'Allow',
      Action: needed.map((need) => `dynamodb:${need.slice(need.indexOf(':') + 1)}`).sort(),
      Resource: arnOf(table),
    }
  })
}

/** One path is listed, one number below it is made or taken away. */
function onKeys(path: string, needed: readonly Need[]): object {
  const arn = `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter\${self:provider.environment.KEYS_PATH}/${path}`
  const listed = { 'Fn::Sub': arn }
  const numbered = { 'Fn::Sub': `${arn}/*` }
  return {
    Effect: 'Allow',
    Action: needed.map((need) => `ssm:${need.slice(need.indexOf(':') + 1)}`).sort(),
    Resource: needed.every((need) => need.endsWith(':GetParametersByPath')) ? [listed] : [listed, numbered],
  }
}

/** Mail from the one address, whichever identity of the account verifies it. */
const sending = {
  Effect: 'Allow',
  Action: ['ses:SendEmail'],
  Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/*` },
  Condition: { StringEquals: { 'ses:FromAddress': `\${self:provider.environment.MAIL_FROM}` } },
}

/** What Lambda asks of a role that it reads a stream with. */
const reading = {
  Effect: 'Allow',
  Action: [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ],
  Resource: { 'Fn::GetAtt': ['SessionsTable', 'StreamArn'] },
}
