import type { TableNames } from '../../lib/domain/table-names.ts'
import { streamActions } from '../generate/functions-yml.ts'

interface Stage {
  readonly service: string
  readonly stage: string
  readonly tables: TableNames
  readonly keysPath: string
}

/** One stage of each region has this name; functions.yml names it in every role. */
export const boundaryName = (service: string, stage: string): string =>
  `${service}-${stage}-boundary-\${AWS::Region}`

/**
 * What any function of a stage may do at most, whatever its role says: a stack of its own, which the role that deploys the stage
 * may read and not change. An administrator makes it once, and again where its text changes.
 */
export function boundary(of: Stage): object {
  const PolicyDocument = { Version: '2012-10-17', Statement: statements(of) }
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The permissions boundary of every function of ${of.service}-${of.stage}`,
    Resources: {
      Boundary: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          ManagedPolicyName: { 'Fn::Sub': boundaryName(of.service, of.stage) },
          PolicyDocument,
        },
      },
    },
  }
}

function statements({ service, stage, tables, keysPath }: Stage): object[] {
  const names = Object.values(tables)
  // Lambda adds the function's ARN to every request of its code, and to those by which it writes logs and traces itself (Lambda
  // Developer Guide, "Using source function ARN to control function access behavior").
  const Condition = {
    ArnLike: { 'lambda:SourceFunctionArn': arn('lambda', `function:${service}-${stage}-*`) },
  }
  return [
    {
      Sid: 'Items',
      Effect: 'Allow',
      Action: [
        'dynamodb:BatchGetItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      Resource: names.flatMap((name) => [
        arn('dynamodb', `table/${name}`),
        arn('dynamodb', `table/${name}/index/*`),
      ]),
      Condition,
    },
    {
      Sid: 'Keys',
      Effect: 'Allow',
      Action: ['ssm:DeleteParameter', 'ssm:GetParametersByPath', 'ssm:PutParameter'],
      Resource: arn('ssm', `parameter${keysPath}/*`),
      Condition,
    },
    // SSM asks for these in the caller's name; it has refused before if the caller may not read the parameter.
    {
      Sid: 'KeysThroughSsm',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:Encrypt'],
      Resource: '*',
      Condition: { StringLike: { 'kms:ViaService': { 'Fn::Sub': `ssm.\${AWS::Region}.*` } } },
    },
    // The roles name the address. Here it would change with a setting, and the mails of what runs would stop before a deployment.
    {
      Sid: 'Mail',
      Effect: 'Allow',
      Action: ['ses:SendEmail'],
      Resource: [arn('ses', 'identity/*'), arn('ses', 'configuration-set/*')],
      Condition,
    },
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: arn('logs', `log-group:/aws/lambda/${service}-${stage}-*:*`),
      Condition,
    },
    { Sid: 'Traces', Effect: 'Allow', Action: ['xray:PutTraceSegments'], Resource: '*', Condition },
    // That Lambda adds the function's ARN is not documented for these two; the poller of the stream has none.
    { Sid: 'Telemetry', Effect: 'Allow', Action: ['xray:PutTelemetryRecords'], Resource: '*' },
    {
      Sid: 'MailStream',
      Effect: 'Allow',
      Action: streamActions,
      Resource: arn('dynamodb', `table/${tables.sessionsTable}/stream/*`),
    },
  ]
}

const arn = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
})
