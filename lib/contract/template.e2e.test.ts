import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { settings } from '../config.ts'
import { MAIL_PREFIX } from '../storage/keys.ts'
import { type Entry, isRoute, registry } from './registry.ts'

jest.setTimeout(90_000)

type Resource = { Type: string; Properties: Record<string, any> }
const folder = mkdtempSync(join(tmpdir(), 'cardea-package-'))
let resources: Record<string, Resource>
let entries: readonly Entry[]

const ofType = (type: string) => Object.values(resources).filter(({ Type }) => Type === type)

/** Packages a stage. No credentials, no home, no account: a template needs none; what is local stays local. */
function packaged(settings: Record<string, string>, stage = 'dev'): Record<string, Resource> {
  const local = { DYNAMODB_ENDPOINT: 'http://localhost:1', KEYS_FILE: 'x', PORT: '1' }
  const env = { PATH: process.env.PATH, HOME: folder, ...local, ...settings }
  const target = mkdtempSync(join(folder, 'package-'))
  const bundles = `bundles=${relative('.', folder)}/b`
  const args = ['package', '--stage', stage, '--package', relative('.', target), '--param', bundles]
  const { status, stdout, stderr } = spawnSync('node_modules/.bin/serverless', args, {
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stdout + stderr)
  zips = readdirSync(target).filter((file) => file.endsWith('.zip'))
  return JSON.parse(readFileSync(join(target, 'cloudformation-template-update-stack.json'), 'utf8')).Resources
}
let zips: string[]

beforeAll(async () => {
  entries = await registry()
  resources = packaged({
    ALLOWED_ORIGINS: 'https://a.example, https://b.example',
    MAIL_FROM: 'no-reply@auth.example',
    LINK_BASE_URL: 'https://a.example',
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a contract's word for a table stands for in the template, spelled out. */
const resourceOf: Record<string, object> = {
  users: { 'Fn::GetAtt': ['UsersTable', 'Arn'] },
  'users/listing': { 'Fn::Sub': `\${UsersTable.Arn}/index/listing` },
  sessions: { 'Fn::GetAtt': ['SessionsTable', 'Arn'] },
  'sessions/stream': { 'Fn::GetAtt': ['SessionsTable', 'StreamArn'] },
  'refresh-token-denylist': { 'Fn::GetAtt': ['RefreshTokenDenylistTable', 'Arn'] },
}

/** What Lambda demands of a role that it reads a stream with. */
const readingAStream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']

describe('the packaged template', () => {
  it('has one function for each door, and the authorizer', () => {
    const names = ofType('AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName)
    expect(names.sort()).toEqual(entries.map(({ name }) => `cardea-dev-${name}`).sort())
    expect(zips).toHaveLength(entries.length)
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
      if (!String(Properties.FunctionName).endsWith('mailDeliver'))
        expect(Properties.Timeout).toBeLessThan(10)
    }
  })

  it('has the route of each contract, the authorizer in front of those that are not public', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.AuthorizationType ?? 'NONE',
    ])
    const promised = entries
      .filter(isRoute)
      .map(({ contract: { method, path, access } }) => [
        `${method} ${path}`,
        access === 'public' ? 'NONE' : 'CUSTOM',
      ])
    expect(routes.sort()).toEqual(promised.sort())
  })

  it('has an authorizer whose decisions are not remembered', () => {
    const [authorizer, ...others] = ofType('AWS::ApiGatewayV2::Authorizer')
    expect(others).toEqual([])
    expect(authorizer?.Properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerResultTtlInSeconds: 0,
      EnableSimpleResponses: true,
      AuthorizerPayloadFormatVersion: '2.0',
      IdentitySource: ['$request.header.Authorization'],
    })
  })

  it('has three tables, and TTL on what each forgets', () => {
    const tables = ofType('AWS::DynamoDB::Table').map(
      ({ Properties: { TableName, TimeToLiveSpecification: ttl } }) => [TableName, ttl],
    )
    const expiring = { AttributeName: 'expiresAt', Enabled: true }
    expect(tables.sort()).toEqual([
      ['cardea-dev-refresh-token-denylist', expiring],
      ['cardea-dev-sessions', expiring],
      ['cardea-dev-users', { AttributeName: 'keptUntil', Enabled: true }],
    ])
  })

  it('gives each function a role of its own, with what its contract needs and its own log', () => {
    for (const { name, contract } of entries) {
      const logicalId = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
      const role = resources[`${logicalId}Role`]
      const deployed = resources[`${logicalId}LambdaFunction`]
      expect(deployed?.Properties.Role['Fn::GetAtt'][0]).toBe(`${logicalId}Role`)
      const statements = role?.Properties.Policies[0].PolicyDocument.Statement as {
        Action: string[]
        Resource: unknown
      }[]
      const allowed = statements
        .filter(({ Action }) => Action.every((action) => action.startsWith('dynamodb:')))
        .flatMap(({ Action, Resource }) => Action.map((action) => `${JSON.stringify(Resource)} ${action}`))
      const needed = (contract.needs ?? []).flatMap((need) => {
        const [table = '', action = ''] = need.split(':')
        const actions = need === 'sessions/stream:Read' ? readingAStream : [action]
        return need === 'mail:SendEmail'
          ? []
          : actions.map((each) => `${JSON.stringify(resourceOf[table])} dynamodb:${each}`)
      })
      expect([name, allowed.sort()]).toEqual([name, needed.sort()])
      expect(JSON.stringify(statements)).not.toMatch(/"(dynamodb:)?\*"/)
      expect(JSON.stringify(statements)).toContain(`/aws/lambda/cardea-dev-${name}:*`)
    }
    expect(ofType('AWS::IAM::Role')).toHaveLength(entries.length)
  })

  it('lets one function send mail, from the one sender', () => {
    const roles = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    const sending = roles.filter(([, role]) => JSON.stringify(role).includes('ses:'))
    expect(sending.map(([name]) => name)).toEqual(['MailDeliverRole'])
    const { Statement } = (resources.MailDeliverRole as Resource).Properties.Policies[0].PolicyDocument
    expect(
      Statement.find(({ Action }: { Action: string[] }) => Action.includes('ses:SendEmail')),
    ).toMatchObject({
      Action: ['ses:SendEmail'],
      Condition: { StringEquals: { 'ses:FromAddress': 'no-reply@auth.example' } },
    })
  })

  it('hands new mail orders, each by itself, and nothing else of the table to the function that mails', () => {
    const [mapping, ...others] = ofType('AWS::Lambda::EventSourceMapping')
    expect(others).toEqual([])
    expect(mapping?.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['SessionsTable', 'StreamArn'] },
      FunctionName: { 'Fn::GetAtt': ['MailDeliverLambdaFunction', 'Arn'] },
      BatchSize: 1,
      MaximumRecordAgeInSeconds: 900,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    })
    const [{ Pattern }] = (mapping as Resource).Properties.FilterCriteria.Filters
    const prefix = { pk: { S: [{ prefix: MAIL_PREFIX }] } }
    expect(JSON.parse(Pattern)).toEqual({ eventName: ['INSERT'], dynamodb: { Keys: prefix } })
    expect(resources.SessionsTable?.Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' })
  })

  it('holds nothing that is for a laptop, and an environment below 4 KB', () => {
    const laptop = Object.values(settings).filter((row) => row.laptop)
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      const { Variables } = Properties.Environment
      for (const { env } of laptop) expect(Variables).not.toHaveProperty(env)
      expect(JSON.stringify(Variables).length).toBeLessThan(4096)
    }
    expect(JSON.stringify(resources)).not.toContain('localhost')
  })

  it('keeps every log for a time that is set', () => {
    expect(ofType('AWS::Logs::LogGroup')).toHaveLength(entries.length)
    for (const { Properties } of ofType('AWS::Logs::LogGroup')) expect(Properties.RetentionInDays).toBe(30)
  })

  it('lets pages of the listed origins read answers, with their cookie, and no other page', () => {
    expect(resources.HttpApi?.Properties.CorsConfiguration).toEqual({
      AllowCredentials: true,
      AllowHeaders: ['Authorization', 'Content-Type'],
      AllowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      AllowOrigins: ['https://a.example', 'https://b.example'],
      ExposeHeaders: ['Retry-After'],
      MaxAge: 86400,
    })
    expect(packaged({}).HttpApi?.Properties).not.toHaveProperty('CorsConfiguration')
  })

  it('keeps the users of every stage but dev', () => {
    const keeping = (from: Record<string, Resource>) => {
      const { DeletionPolicy, Properties } = from.UsersTable as Resource & { DeletionPolicy?: string }
      return [DeletionPolicy, Properties.DeletionProtectionEnabled]
    }
    expect(keeping(resources)).toEqual(['Delete', false])
    expect(keeping(packaged({}, 'prod'))).toEqual(['Retain', true])
  })
})
