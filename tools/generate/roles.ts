import type { Need } from '../../lib/contract/contract.ts'
import { allow, arn, boundaryName, streamActions } from './policies.ts'
import { capitalized, type Entry, isAlways } from './registry.ts'
import { readTables } from './tables-yml.ts'

/** The logical id of a function's role. */
export const roleName = ({ name }: Entry): string => `${capitalized(name)}Role`

/** The role of one function: nothing but what its contract needs. */
export const roleOf = (entry: Entry): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    // An administrator creates it first (tools/deploy/permissions-boundary.ts). A role for deployments can give no more than it allows.
    PermissionsBoundary: {
      'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/${boundaryName(service, stage)}`,
    },
    Policies: policiesOf(entry),
  },
})

// The framework replaces these when it reads functions.yml.
const service = `\${self:service}`
const stage = `\${sls:stage}`
const keysPath = `\${self:provider.environment.KEYS_PATH}`

/** The functions of social login share a log group, because a stack may have 500 resources. Every other function has its own. */
export const logGroupOf = (entry: Entry): string =>
  `/aws/lambda/${service}-${stage}-${isAlways(entry) ? entry.name : 'social'}`

/** The function's own log, the needs of its contract, and `more`: permissions that depend on settings. */
export function policiesOf(entry: Entry, more: readonly object[] = []): readonly object[] {
  const { file, contract } = entry
  const logGroup = arn('logs', `log-group:${logGroupOf(entry)}:*`)
  const Statement = [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup),
    ...statementsOf(contract.needs ?? [], `${file}.ts`),
    ...more,
  ]
  return [{ PolicyName: 'needs', PolicyDocument: { Version: '2012-10-17', Statement } }]
}

/** The statements that allow what a contract needs. */
export function statementsOf(needs: readonly Need[], file: string): object[] {
  const byResource = Map.groupBy(needs, (need) => need.slice(0, need.indexOf(':')))
  return [...byResource].flatMap(([resource, needed]) => {
    const actions = needed.map((need) => need.slice(need.indexOf(':') + 1)).sort()
    // The permitted sender is a setting: tools/deploy/permissions-from-settings.ts.
    if (resource === 'mail') return []
    if (resource === 'sessions/stream') return allow(streamActions, sessionsStream)
    if (resource.startsWith('keys/')) return onKeys(resource.slice('keys/'.length), actions)
    return allow(
      actions.map((action) => `dynamodb:${action}`),
      tableArn(resource, file),
    )
  })
}

/** The stream whose new items call the function that sends mail. */
export const sessionsStream = { 'Fn::GetAtt': ['SessionsTable', 'StreamArn'] }

/** A function lists a path, but creates and deletes the parameters below it. */
function onKeys(path: string, actions: readonly string[]): object[] {
  const lists = (action: string) => action === 'GetParametersByPath'
  const resources = [
    { resource: path, allowed: actions.filter(lists) },
    { resource: `${path}/*`, allowed: actions.filter((action) => !lists(action)) },
  ]
  return resources
    .filter(({ allowed }) => allowed.length > 0)
    .map(({ resource, allowed }) =>
      allow(
        allowed.map((action) => `ssm:${action}`),
        arn('ssm', `parameter${keysPath}/${resource}`),
      ),
    )
}

/** `users` is a table, `users/listing` an index of it. */
function tableArn(name: string, file: string): object {
  const [table = '', index] = name.split('/')
  const found = readTables().find((each) => each.name === table)
  if (!found || (index && !found.indexes.includes(index)))
    throw new Error(`${file} needs ${name}, which is not in lib/storage/tables.yml`)
  return index ? { 'Fn::Sub': `\${${found.id}.Arn}/index/${index}` } : { 'Fn::GetAtt': [found.id, 'Arn'] }
}
