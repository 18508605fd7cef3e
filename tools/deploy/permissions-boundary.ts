import type { TableNames } from '../../lib/domain/table-names.ts'
import { allow, arn, boundaryName, streamActions } from '../generate/policies.ts'

interface Stage {
  readonly service: string
  readonly stage: string
  readonly tables: TableNames
  readonly keysPath: string
}

/**
 * The most that any function of a stage may do, whatever its role says. It is a stack of its own, which the role that deploys the
 * stage may read but not change. An administrator creates it, and deploys it again after each change of its text.
 */
export const boundary = (of: Stage): object => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: `The permissions boundary of every function of ${of.service}-${of.stage}`,
  Resources: {
    Boundary: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: { 'Fn::Sub': boundaryName(of.service, of.stage) },
        PolicyDocument: { Version: '2012-10-17', Statement: statements(of) },
      },
    },
  },
})

const itemActions = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
]

function statements({ service, stage, tables, keysPath }: Stage): object[] {
  const items = Object.values(tables).flatMap((name) => [`table/${name}`, `table/${name}/index/*`])
  // Lambda adds the function's ARN to every request of its code, and to those by which it writes logs and traces itself (Lambda
  // Developer Guide, "Using source function ARN to control function access behavior").
  const byFunctions = {
    ArnLike: { 'lambda:SourceFunctionArn': arn('lambda', `function:${service}-${stage}-*`) },
  }
  const throughSsm = { StringLike: { 'kms:ViaService': { 'Fn::Sub': `ssm.\${AWS::Region}.*` } } }
  return Object.entries({
    Items: allow(
      itemActions,
      items.map((item) => arn('dynamodb', item)),
      byFunctions,
    ),
    Keys: allow(
      ['ssm:DeleteParameter', 'ssm:GetParametersByPath', 'ssm:PutParameter'],
      arn('ssm', `parameter${keysPath}/*`),
      byFunctions,
    ),
    // SSM asks for these in the caller's name. It has already refused a caller that may not read the parameter.
    KeysThroughSsm: allow(['kms:Decrypt', 'kms:Encrypt'], '*', throughSsm),
    // The roles name the sender. If the boundary did, a change of the setting would stop the mails of the running functions.
    Mail: allow(
      ['ses:SendEmail'],
      [arn('ses', 'identity/*'), arn('ses', 'configuration-set/*')],
      byFunctions,
    ),
    Logs: allow(
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      arn('logs', `log-group:/aws/lambda/${service}-${stage}-*:*`),
      byFunctions,
    ),
    Traces: allow(['xray:PutTraceSegments'], '*', byFunctions),
    // The documentation does not say that Lambda adds the function's ARN to these two. The poller of the stream has none.
    Telemetry: allow(['xray:PutTelemetryRecords'], '*'),
    MailStream: allow(streamActions, arn('dynamodb', `table/${tables.sessionsTable}/stream/*`)),
  }).map(([Sid, statement]) => ({ Sid, ...statement }))
}
