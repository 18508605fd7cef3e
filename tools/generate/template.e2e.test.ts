import { readFileSync } from 'node:fs'
import { settings } from '../../lib/config.ts'
import { isHashing } from '../../lib/contract/contract.ts'
import { MAIL_PREFIX, REVOCATION_PREFIX } from '../../lib/storage/item-keys.ts'
import type { Resource } from '../testing/cloudformation.ts'
import { modesIn, type Package, packager } from '../testing/packaged.ts'
import { allNeedsOf, type Entry, isAlways, isRoute, registry } from './registry.ts'
import { readTables } from './tables-yml.ts'

const { package: packaged, remove } = packager()
afterAll(remove)
let dev: Package
let resources: Package['resources']
let entries: readonly Entry[]
beforeAll(async () => {
  entries = await registry()
  dev = packaged('dev', {
    ALLOWED_ORIGINS: 'https://a.example, https://b.example',
    MAIL_FROM: 'no-reply@auth.example',
    LINK_BASE_URL: 'https://a.example',
    PROVIDERS: 'google,acme',
    GOOGLE_CLIENT_ID: 'client-of-google',
    ACME_CLIENT_ID: 'client-of-acme',
    ACME_ISSUER: 'https://acme.example',
    HASHING_THROTTLE_RATE: '40',
    HASHING_THROTTLE_BURST: '60',
  })
  if (dev.failed) throw new Error(dev.said)
  resources = dev.resources
})

const ofType = (type: string) => Object.values(resources).filter(({ Type }) => Type === type)

/** What a table name in a contract stands for in the template. */
const resourceOf: Record<string, object> = {
  ...Object.fromEntries(readTables().map(({ name, id }) => [name, { 'Fn::GetAtt': [id, 'Arn'] }])),
  'users/listing': { 'Fn::Sub': `\${UsersTable.Arn}/index/listing` },
  'sessions/stream': { 'Fn::GetAtt': ['SessionsTable', 'StreamArn'] },
}

/** What Lambda requires of a role that reads a stream. */
const readingAStream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']

describe('the packaged template', () => {
  it('has one function for each handler', () => {
    const names = ofType('AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName)
    expect(names.sort()).toEqual(entries.map(({ name }) => `cardea-dev-${name}`).sort())
    expect(dev.zips).toHaveLength(entries.length)
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
    }
    // A function that a client waits for must end before the gateway times out.
    for (const { name, contract } of entries.filter(
      (entry) => isRoute(entry) || 'authorizer' in entry.contract,
    )) {
      const logicalId = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`
      expect([contract, resources[logicalId]?.Properties.Timeout < 10]).toEqual([contract, true])
    }
  })

  it('has code that Lambda can read, whatever the umask', () => {
    for (const zip of dev.zips) {
      const modes = Object.entries(modesIn(readFileSync(zip)))
      expect([zip, modes]).toEqual([zip, [[expect.stringMatching(/^functions\/.*\.cjs$/), 0o644]]])
    }
  })

  it('has the route of each contract, HEAD beside a public GET, and the authorizer for those that are not public', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => [
      Properties.RouteKey,
      Properties.AuthorizationType ?? 'NONE',
    ])
    const ofApi = entries
      .filter(isRoute)
      .flatMap(({ contract: { method, path, access, navigation } }) =>
        (method === 'GET' && access === 'public' && !navigation ? ['GET', 'HEAD'] : [method]).map((each) => [
          `${each} ${path}`,
          access === 'public' ? 'NONE' : 'CUSTOM',
        ]),
      )
    const ofPages = entries.flatMap(({ contract }) =>
      'paths' in contract ? contract.paths.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]) : [],
    )
    expect(ofPages.length).toBeGreaterThan(5)
    const promised = [...ofApi, ...ofPages.map((route) => [route, 'NONE'])]
    expect(routes.sort()).toEqual(promised.sort())
  })

  it('throttles each route as set, hashing routes separately, on a stage that waits for every route', () => {
    const routes = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route')
    const stage = resources.HttpApiStage
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(routes.map(([id]) => id)))
    const { RouteSettings } = stage?.Properties ?? {}
    expect(Object.keys(RouteSettings).sort()).toEqual(
      routes.map(([, { Properties }]) => Properties.RouteKey).sort(),
    )
    for (const { contract } of entries.filter(isRoute)) {
      const [rate, burst] = isHashing(contract) ? [40, 60] : [500, 1000]
      expect([contract.path, RouteSettings[`${contract.method} ${contract.path}`]]).toEqual([
        contract.path,
        { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
      ])
    }
    expect(RouteSettings['POST /auth/login']).toMatchObject({ ThrottlingRateLimit: 40 })
    expect(RouteSettings['POST /auth/refresh']).toMatchObject({ ThrottlingRateLimit: 500 })
  })

  it('has an authorizer whose decisions are not cached', () => {
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

  it('has three tables with TTL', () => {
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

  it('gives each function a role of its own, with the needs of its contract and its log', () => {
    for (const entry of entries) {
      const { name } = entry
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
      const needed = allNeedsOf(entry).flatMap((need) => {
        const [table = '', action = ''] = need.split(':')
        const actions = need === 'sessions/stream:Read' ? readingAStream : [action]
        return need === 'mail:SendEmail' || need.startsWith('keys/')
          ? []
          : actions.map((each) => `${JSON.stringify(resourceOf[table])} dynamodb:${each}`)
      })
      expect([name, allowed.sort()]).toEqual([name, needed.sort()])
      const log = isAlways(entry) ? name : 'social'
      expect(JSON.stringify(statements)).toContain(`/aws/lambda/cardea-dev-${log}:*`)
      if (log === 'social')
        expect(deployed?.Properties.LoggingConfig).toEqual({ LogGroup: { Ref: 'SocialLogGroup' } })
    }
    expect(ofType('AWS::IAM::Role')).toHaveLength(entries.length)
  })

  it('lets each function read the keys that it needs, and one function make and remove rotating keys', () => {
    const below = `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/cardea/dev/`
    for (const entry of entries) {
      const { name } = entry
      const role = resources[`${name.charAt(0).toUpperCase()}${name.slice(1)}Role`]
      const statements = role?.Properties.Policies[0].PolicyDocument.Statement as {
        Action: string[]
        Resource: { 'Fn::Sub': string }
      }[]
      const allowed = statements
        .filter(({ Action }) => Action.some((action) => action.startsWith('ssm:')))
        .flatMap(({ Action, Resource }) => {
          const path = Resource['Fn::Sub'].replace(below, '')
          const isListed = Action.includes('ssm:GetParametersByPath')
          // A path is listed, and a number below it is written.
          expect([name, Action, path.endsWith('/*')]).toEqual([name, Action, !isListed])
          return Action.map((action) => `keys/${path.replace('/*', '')}:${action.slice('ssm:'.length)}`)
        })
      const needed = allNeedsOf(entry).filter((need) => need.startsWith('keys/'))
      expect([name, allowed.sort()]).toEqual([name, [...needed].sort()])
    }
  })

  it('lets one function send mail, from one sender', () => {
    const roles = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    const sending = roles.filter(([, role]) => JSON.stringify(role).includes('ses:'))
    expect(sending.map(([name]) => name)).toEqual(['MailSendRole'])
    const { Statement } = (resources.MailSendRole as Resource).Properties.Policies[0].PolicyDocument
    expect(
      Statement.find(({ Action }: { Action: string[] }) => Action.includes('ses:SendEmail')),
    ).toMatchObject({
      Action: ['ses:SendEmail'],
      Condition: { StringEquals: { 'ses:FromAddress': 'no-reply@auth.example' } },
    })
  })

  it.each([
    ['email jobs', 'MailSendLambdaFunction', MAIL_PREFIX],
    ['revocations', 'SocialRevokeLambdaFunction', REVOCATION_PREFIX],
  ])('passes new %s one by one to their function, and nothing else of the table', (_, name, prefix) => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping')
    expect(mappings).toHaveLength(2)
    const mapping = mappings.find(({ Properties }) => Properties.FunctionName['Fn::GetAtt'][0] === name)
    expect(mapping?.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['SessionsTable', 'StreamArn'] },
      BatchSize: 1,
      MaximumRecordAgeInSeconds: 900,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      // Without this, no metric counts the dropped records.
      MetricsConfig: { Metrics: ['EventCount'] },
    })
    const [{ Pattern }] = (mapping as Resource).Properties.FilterCriteria.Filters
    const keys = { pk: { S: [{ prefix }] } }
    expect(JSON.parse(Pattern)).toEqual({ eventName: ['INSERT'], dynamodb: { Keys: keys } })
    expect(resources.SessionsTable?.Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' })
  })

  it('gives the settings of providers only to the functions that need them', () => {
    const given = Object.values(resources).filter(
      ({ Properties }) => Properties?.Environment?.Variables.ACME_ISSUER,
    )
    const names = given.map(({ Properties }) => Properties.FunctionName.replace('cardea-dev-', ''))
    const needing = entries.filter(({ name, contract }) => 'requires' in contract || name === 'mailSend')
    expect(needing.length).toBeGreaterThan(3)
    expect(names.sort()).toEqual(needing.map(({ name }) => name).sort())
    for (const { Properties } of given)
      expect(Properties.Environment.Variables).toMatchObject({
        PROVIDERS: 'google,acme',
        GOOGLE_CLIENT_ID: 'client-of-google',
        ACME_CLIENT_ID: 'client-of-acme',
      })
  })

  it('contains no local setting, and an environment below 4 KB', () => {
    const local = Object.values(settings).filter((row) => row.localOnly)
    for (const { Properties } of ofType('AWS::Lambda::Function')) {
      const { Variables } = Properties.Environment
      for (const { env } of local) expect(Variables).not.toHaveProperty(env)
      expect(JSON.stringify(Variables).length).toBeLessThan(4096)
    }
    expect(JSON.stringify(resources)).not.toContain('localhost')
  })

  it('lets only pages of the listed origins read answers, with their cookie', () => {
    expect(resources.HttpApi?.Properties.CorsConfiguration).toEqual({
      AllowCredentials: true,
      AllowHeaders: ['Authorization', 'Content-Type'],
      AllowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      AllowOrigins: ['https://a.example', 'https://b.example'],
      ExposeHeaders: ['Retry-After', 'WWW-Authenticate'],
      MaxAge: 86400,
    })
  })
})
