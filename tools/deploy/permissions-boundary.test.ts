import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { readTables } from '../generate/tables-yml.ts'
import { isAllowed, type Policy, type Statement } from '../testing/iam.ts'
import { deployment } from './deployment.ts'

const settings = {
  ALLOWED_ORIGINS: 'https://app.example.com',
  MAIL_FROM: 'no-reply@example.com',
  MAIL_CONFIGURATION_SET: 'tracked',
  LINK_BASE_URL: 'https://app.example.com',
  TRACING: 'true',
}
const account = 'arn:aws:{}:eu-central-1:123456789012:'
const arnOf = (service: string, rest: string) => `${account.replace('{}', service)}${rest}`
const tables = new Map(readTables().map(({ id, name }) => [id, `cardea-prod-${name}`]))

/** What CloudFormation makes of a value. */
function resolved(value: any): any {
  if (Array.isArray(value)) return value.map(resolved)
  if (typeof value !== 'object' || value === null) return value
  if (value['Fn::GetAtt']) {
    const [id, attribute] = value['Fn::GetAtt']
    const table = arnOf('dynamodb', `table/${tables.get(id)}`)
    return attribute === 'StreamArn' ? `${table}/stream/2026-11-26T00:00:00.000` : table
  }
  if (value['Fn::Sub'])
    return value['Fn::Sub'].replaceAll(/\$\{([\w:.]+)\}/g, (_: string, name: string) => {
      const pseudo: Record<string, string> = {
        'AWS::Partition': 'aws',
        'AWS::Region': 'eu-central-1',
        'AWS::AccountId': '123456789012',
        'self:service': 'cardea',
        'sls:stage': 'prod',
        'self:provider.environment.KEYS_PATH': '/cardea/prod',
      }
      return pseudo[name] ?? resolved({ 'Fn::GetAtt': name.split('.') })
    })
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each)]))
}

type Role = { Properties: { PermissionsBoundary: unknown; Policies: { PolicyDocument: Policy }[] } }
let boundary: Policy
let roles: Record<string, Policy>
beforeAll(async () => {
  const made = await deployment('cardea', 'prod', settings)
  const { Boundary } = (made.boundary as any).Resources
  expect(resolved(Boundary.Properties.ManagedPolicyName)).toBe('cardea-prod-boundary-eu-central-1')
  boundary = resolved(Boundary.Properties.PolicyDocument)
  const generated: Record<string, Role> = parse(readFileSync('functions/functions.yml', 'utf8')).resources
    .Resources
  roles = Object.fromEntries(
    Object.entries(generated).map(([id, role]) => {
      expect(resolved(role.Properties.PermissionsBoundary)).toBe(
        'arn:aws:iam::123456789012:policy/cardea-prod-boundary-eu-central-1',
      )
      const extended = (made.permissions.extensions as Record<string, Role>)[id] ?? role
      return [id, resolved(extended.Properties.Policies[0]?.PolicyDocument)]
    }),
  )
})

const asOwnCode = {
  'lambda:SourceFunctionArn': arnOf('lambda', 'function:cardea-prod-authLogin'),
  'ses:FromAddress': 'no-reply@example.com',
}
/** Every single action that the roles allow. */
const requests = () =>
  Object.values(roles).flatMap(({ Statement }) =>
    Statement.flatMap(({ Action, Resource }: Statement) =>
      [Action]
        .flat()
        .flatMap((action) =>
          [Resource ?? '*'].flat().map((resource) => ({ action, resource: resource.replaceAll('*', 'x') })),
        ),
    ),
  )
/** What Lambda itself does with a role, without the documented ARN of a function. */
const isLambdas =
  /^(?:xray:PutTelemetryRecords$|dynamodb:(?:DescribeStream|GetRecords|GetShardIterator|ListStreams)$)/

describe('the permissions boundary', () => {
  it('allows every function what its role allows, and fits into a managed policy', () => {
    expect(requests().length).toBeGreaterThan(100)
    for (const request of requests()) {
      const isLet = isAllowed(
        { ...request, context: isLambdas.test(request.action) ? {} : asOwnCode },
        boundary,
      )
      expect([request, isLet]).toEqual([request, true])
    }
    expect(JSON.stringify(boundary).length).toBeLessThan(6144)
  })

  it('denies keys, items, mail and logs to everything but the functions of the stage', () => {
    const others = [
      {},
      { 'lambda:SourceFunctionArn': arnOf('lambda', 'function:cardea-other-authLogin') },
      { 'lambda:SourceFunctionArn': arnOf('lambda', 'function:deploy-helper') },
    ]
    const own = requests().filter(({ action }) => !isLambdas.test(action))
    expect(own.length).toBeGreaterThan(50)
    for (const context of others)
      for (const request of own) {
        const asked = { ...request, context: { ...context, 'ses:FromAddress': 'no-reply@example.com' } }
        expect([request, isAllowed(asked, boundary)]).toEqual([request, false])
      }
  })

  it.each([
    ['dynamodb:GetItem', arnOf('dynamodb', 'table/cardea-other-users')],
    ['dynamodb:Scan', arnOf('dynamodb', 'table/cardea-prod-users')],
    ['dynamodb:DeleteTable', arnOf('dynamodb', 'table/cardea-prod-users')],
    ['ssm:GetParametersByPath', arnOf('ssm', 'parameter/cardea/other/pepper')],
    ['ssm:GetParametersByPath', arnOf('ssm', 'parameter/cardea/production/pepper')],
    ['iam:CreateUser', '*'],
    ['sts:AssumeRole', 'arn:aws:iam::123456789012:role/admin'],
    ['lambda:InvokeFunction', arnOf('lambda', 'function:cardea-prod-authLogin')],
    ['s3:GetObject', 'arn:aws:s3:::bucket/x'],
    ['logs:DeleteLogGroup', arnOf('logs', 'log-group:/aws/lambda/cardea-prod-authLogin:*')],
  ])('denies %s on %s to every function of the stage, whatever its role allows', (action, resource) => {
    const everything: Policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    }
    expect(isAllowed({ action, resource, context: asOwnCode }, everything)).toBe(true)
    expect(isAllowed({ action, resource, context: asOwnCode }, everything, boundary)).toBe(false)
  })

  it('allows decryption of keys only through SSM', () => {
    const asked = { action: 'kms:Decrypt', resource: arnOf('kms', 'key/1') }
    expect(isAllowed({ ...asked, context: asOwnCode }, boundary)).toBe(false)
    const through = { ...asOwnCode, 'kms:ViaService': 'ssm.eu-central-1.amazonaws.com' }
    expect(isAllowed({ ...asked, context: through }, boundary)).toBe(true)
  })

  it('does not depend on the sender or the configuration set of mails', async () => {
    for (const mail of [
      { MAIL_FROM: 'login@other.example' },
      { MAIL_CONFIGURATION_SET: 'another' },
      { MAIL_FROM: '', REQUIRE_VERIFIED_EMAIL: 'false' },
    ]) {
      const { boundary: other, problems } = await deployment('cardea', 'prod', { ...settings, ...mail })
      expect(problems).toEqual([])
      expect(resolved((other as any).Resources.Boundary.Properties.PolicyDocument)).toEqual(boundary)
    }
  })

  it('names each statement, so that a refusal says what differs', () => {
    const names = boundary.Statement.map(({ Sid }) => Sid)
    expect(names).not.toContain(undefined)
    expect(new Set(names).size).toBe(names.length)
  })

  it('contains the tables and the key path that a stage sets', async () => {
    const { boundary: own } = await deployment('cardea', 'prod', {
      ...settings,
      USERS_TABLE: 'people',
      KEYS_PATH: '/cardea/prod/keys',
    })
    const policy: Policy = resolved((own as any).Resources.Boundary.Properties.PolicyDocument)
    const may = (action: string, resource: string) =>
      isAllowed({ action, resource, context: asOwnCode }, policy)
    expect(may('dynamodb:GetItem', arnOf('dynamodb', 'table/people'))).toBe(true)
    expect(may('dynamodb:GetItem', arnOf('dynamodb', 'table/cardea-prod-users'))).toBe(false)
    expect(may('ssm:GetParametersByPath', arnOf('ssm', 'parameter/cardea/prod/pepper'))).toBe(false)
  })
})
