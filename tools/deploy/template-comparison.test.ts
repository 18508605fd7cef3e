import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'
import fc from 'fast-check'
import { keptTypes, stackPolicy } from './protected-resources.ts'
import { sharedAuthorizer } from './shared-authorizer.ts'
import { differences, refusals, type Template } from './template-comparison.ts'

const deployed = {
  Resources: {
    UsersTable: {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        TableName: 'cardea-prod-users',
        KeySchema: [],
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    },
    HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', Name: 'prod-cardea' } },
    HttpApiStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        StageName: '$default',
        RouteSettings: {
          'POST /auth/login': { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 4000 },
          'POST /auth/signup': { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 4000 },
        },
      },
    },
    HttpApiDomain: {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: { DomainName: 'auth.example.com', DomainNameConfigurations: [{ CertificateArn: 'arn:1' }] },
    },
    HttpApiDomainMapping: {
      Type: 'AWS::ApiGatewayV2::ApiMapping',
      Properties: { ApiId: { Ref: 'HttpApi' }, DomainName: { Ref: 'HttpApiDomain' } },
    },
    AlarmTopic: { Type: 'AWS::SNS::Topic', Properties: {} },
    AlarmSubscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: 'ops@example.com' },
    },
    LoginLog: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: '/aws/lambda/login', RetentionInDays: 90 },
    },
    RefreshLog: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: '/aws/lambda/refresh', RetentionInDays: 90 },
    },
    ReuseAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmActions: [{ Ref: 'AlarmTopic' }] } },
    LoginFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Environment: {
          Variables: {
            ISSUER: 'https://auth.example.com',
            AUDIENCE: '',
            KEYS_PATH: '/cardea/prod',
            LOGIN_PER_IP: '50/900',
            MAIL_FROM: 'login@example.com',
            TRUSTED_PROXY_SECRET_HASH: 'a hash',
          },
        },
      },
    },
  },
}
type Deployed = typeof deployed
/** As the plugin passes templates on: as JSON. */
const copyOf = <T>(template: T): T => JSON.parse(JSON.stringify(template))
/** The names of what would be refused after a change. */
const refusedFor = (change: (next: Deployed['Resources']) => void) => {
  const next = copyOf(deployed)
  change(next.Resources)
  return refusals({ before: deployed, after: next, allowed: [] })
}

describe('a deployment over another', () => {
  it('of the same template loses nothing', () => {
    expect(differences(deployed, copyOf(deployed))).toEqual([])
  })

  it.each<[string, (next: any) => void, RegExp]>([
    [
      'another table of users',
      (next) => (next.UsersTable.Properties.TableName = 'hunter2'),
      /^UsersTable: the table cardea-prod-users would be replaced: .* Was USERS_TABLE left out or changed\?$/,
    ],
    [
      'other keys of items',
      (next) => (next.UsersTable.Properties.KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }]),
      /^UsersTable: .* replaced/,
    ],
    ['no table of users', (next) => delete next.UsersTable, /^UsersTable: .* would be deleted/],
    [
      'a resource of another type under the same id',
      (next) => (next.HttpApi.Type = 'AWS::ApiGateway::RestApi'),
      /^HttpApi: the API HttpApi would be deleted/,
    ],
    [
      'another domain',
      (next) => (next.HttpApiDomain.Properties.DomainName = 'hunter2.example.com'),
      /^HttpApiDomain: the domain auth\.example\.com would be replaced: .* Was DOMAIN_NAME/,
    ],
    ['no mapping', (next) => delete next.HttpApiDomainMapping, /^HttpApiDomainMapping: .* Was DOMAIN_NAME/],
    [
      'another certificate',
      (next) => (next.HttpApiDomain.Properties.DomainNameConfigurations[0].CertificateArn = 'arn:2'),
      /^CERTIFICATE_ARN: the domain auth\.example\.com would change its certificate/,
    ],
    ['no topic', (next) => delete next.AlarmTopic, /^AlarmTopic: .* deleted.* Was ALARM_EMAIL/],
    [
      'alarms without actions',
      (next) => delete next.ReuseAlarm.Properties.AlarmActions,
      /^Alarms: the alarm ReuseAlarm would notify no one\. Was ALARM_EMAIL or ALARM_TOPIC_ARN/,
    ],
    [
      'another issuer',
      (next) => {
        next.LoginFunction.Properties.Environment.Variables.ISSUER = {
          'Fn::Sub': `https://\${HttpApi}.execute-api`,
        }
      },
      /^ISSUER: .* Was ISSUER or DOMAIN_NAME/,
    ],
    [
      'an audience of its own where it had the default',
      (next) => (next.LoginFunction.Properties.Environment.Variables.AUDIENCE = 'mine'),
      /^AUDIENCE: /,
    ],
    [
      'another path of keys',
      (next) => (next.LoginFunction.Properties.Environment.Variables.KEYS_PATH = '/cardea/other'),
      /^KEYS_PATH: .* every password would be void/,
    ],
    [
      'a setting left out that was set',
      (next) => (next.LoginFunction.Properties.Environment.Variables.LOGIN_PER_IP = ''),
      /^LOGIN_PER_IP: it was set, .* Was LOGIN_PER_IP left out or changed\?$/,
    ],
    [
      'a setting of blanks that was set',
      (next) => (next.LoginFunction.Properties.Environment.Variables.TRUSTED_PROXY_SECRET_HASH = ' '),
      /^TRUSTED_PROXY_SECRET_HASH: it was set/,
    ],
    [
      'mails of another address',
      (next) => (next.LoginFunction.Properties.Environment.Variables.MAIL_FROM = 'hunter2@example.com'),
      /^MAIL_FROM: mails would come from another address.* Was MAIL_FROM/,
    ],
    [
      'no mails',
      (next) => (next.LoginFunction.Properties.Environment.Variables.MAIL_FROM = ''),
      /^MAIL_FROM: /,
    ],
    [
      'another reader of alarms',
      (next) => (next.AlarmSubscription.Properties.Endpoint = 'hunter2@example.com'),
      /^AlarmSubscription: .* replaced: .* Was ALARM_EMAIL/,
    ],
    [
      'a topic without a reader',
      (next) => delete next.AlarmSubscription,
      /^AlarmSubscription: .* deleted: .* Was ALARM_EMAIL/,
    ],
    [
      'a lower rate of one route',
      (next) => (next.HttpApiStage.Properties.RouteSettings['POST /auth/login'].ThrottlingRateLimit = 100),
      /^Throttles: 1 routes would let less through\. Was THROTTLE_RATE, /,
    ],
    [
      'lower bursts',
      (next) => {
        for (const each of Object.values<any>(next.HttpApiStage.Properties.RouteSettings))
          each.ThrottlingBurstLimit = 200
      },
      /^Throttles: 2 routes/,
    ],
    [
      'a table without protection',
      (next) => delete next.UsersTable.Properties.DeletionProtectionEnabled,
      /^TableProtection: the table cardea-prod-users would lose its protection from deletion\.$/,
    ],
    [
      'a table without recovery',
      (next) =>
        (next.UsersTable.Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled = false),
      /^TableProtection: .* its point-in-time recovery\.$/,
    ],
    [
      'a table that goes with its stack',
      (next) => delete next.UsersTable.DeletionPolicy,
      /^TableProtection: /,
    ],
    [
      'a table that goes when it is replaced',
      (next) => (next.UsersTable.UpdateReplacePolicy = 'Delete'),
      /^TableProtection: /,
    ],
    ['a function without a log', (next) => delete next.LoginLog, /^LogGroups: the log group .* deleted/],
  ])('with %s is refused, with a line that names the setting and quotes no new value', (_, change, says) => {
    const lines = refusedFor(change)
    expect(lines).toEqual([expect.stringMatching(says)])
    expect(lines.join()).not.toContain('hunter2')
  })

  it('that shortens logs is reported once, with their number', () => {
    const lines = refusedFor((next) => {
      next.LoginLog.Properties.RetentionInDays = 14
      next.RefreshLog.Properties.RetentionInDays = 14
    })
    expect(lines).toEqual([
      expect.stringMatching(/^LOG_RETENTION_DAYS: .* older than 14 days\. Was .* So would 1 more\.$/),
    ])
  })

  it('that keeps logs longer, adds resources and renames unnamed ones is accepted', () => {
    const lines = refusedFor((next) => {
      next.LoginLog.Properties.RetentionInDays = 365
      next.HttpApi.Properties.Name = 'another'
      next.LoginFunction.Properties.Environment.Variables.LOGIN_PER_IP = '60/900'
      next.UsersTable.Properties = {
        PointInTimeRecoverySpecification: next.UsersTable.Properties.PointInTimeRecoverySpecification,
        DeletionProtectionEnabled: true,
        KeySchema: next.UsersTable.Properties.KeySchema,
        TableName: next.UsersTable.Properties.TableName,
      }
      next.HttpApiStage.Properties.RouteSettings['POST /auth/login'].ThrottlingRateLimit = 3000
      Reflect.deleteProperty(next.HttpApiStage.Properties.RouteSettings, 'POST /auth/signup')
      next.LoginFunction.Properties.Environment.Variables.AUDIENCE = ' '
      Object.assign(next, {
        AuditTable: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'audit' } },
      })
    })
    expect(lines).toEqual([])
  })

  it('of a release without a former setting is accepted', () => {
    const lines = refusedFor((next) => {
      Reflect.deleteProperty(next.LoginFunction.Properties.Environment.Variables, 'LOGIN_PER_IP')
    })
    expect(lines).toEqual([])
  })

  it('that sends mail for the first time is accepted', () => {
    const before = copyOf(deployed)
    before.Resources.LoginFunction.Properties.Environment.Variables.MAIL_FROM = ''
    expect(refusals({ before, after: deployed, allowed: [] })).toEqual([])
  })

  it('over logs without an end is refused for any retention', () => {
    const before = copyOf(deployed)
    Reflect.deleteProperty(before.Resources.LoginLog.Properties, 'RetentionInDays')
    expect(refusals({ before, after: deployed, allowed: [] })).toEqual([
      expect.stringMatching(/^LOG_RETENTION_DAYS/),
    ])
    expect(refusals({ before: deployed, after: before, allowed: [] })).toEqual([])
  })

  it('is accepted for each allowed name, and reports a name that nothing needs', () => {
    const after = copyOf(deployed) as { Resources: Record<string, unknown> }
    delete after.Resources.AlarmTopic
    delete after.Resources.HttpApiDomain
    const of = (...allowed: string[]) => refusals({ before: deployed, after: after as Template, allowed })
    expect(of()).toHaveLength(2)
    expect(of('AlarmTopic')).toEqual([expect.stringMatching(/^HttpApiDomain: /)])
    expect(of('AlarmTopic', 'HttpApiDomain')).toEqual([])
    expect(of('AlarmTopic', 'HttpApiDomain', 'UsersTable')).toEqual([
      expect.stringContaining('--allow-change UsersTable: this deployment changes no such thing'),
    ])
  })

  it('over a stack that has only its bucket loses nothing', () => {
    const bucket = { Resources: { ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' } } }
    expect(differences(bucket, deployed)).toEqual([])
    expect(differences({}, deployed)).toEqual([])
  })
})

describe('a deployment that lists fewer callers of the authorizer', () => {
  const account = 'arn:aws:execute-api:eu-west-1:123456789012'
  const of = (callers: readonly string[], ...allowed: string[]) => {
    const listing = (listed: readonly string[]) => ({
      Resources: { ...deployed.Resources, ...sharedAuthorizer('cardea', 'prod', listed).Resources },
    })
    return refusals({
      before: listing(['a1b2c3d4e5', `${account}:f6g7h8i9j0`]),
      after: listing(callers),
      allowed,
    })
  }

  it('is refused, with a line that names the API and the setting', () => {
    const says = (api: string) =>
      `AUTHORIZER_CALLERS: the API ${api} could no longer use the authorizer. Was AUTHORIZER_CALLERS left out or changed?`
    expect(of([`${account}:f6g7h8i9j0`])).toEqual([says('a1b2c3d4e5')])
    expect(of(['a1b2c3d4e5'])).toEqual([says('f6g7h8i9j0')])
    expect(of([])).toEqual([`${says('a1b2c3d4e5')} So would 1 more.`])
  })

  it('is accepted by the name of the setting, or if it lists others besides', () => {
    expect(of([], 'AUTHORIZER_CALLERS')).toEqual([])
    expect(of(['z9y8x7w6v5', 'a1b2c3d4e5', `${account}:f6g7h8i9j0`])).toEqual([])
  })

  it('may lose the permissions of its own API', () => {
    const permission = { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: 'login' } }
    const before = { Resources: { ...deployed.Resources, AuthLoginLambdaPermissionHttpApi: permission } }
    expect(refusals({ before, after: deployed, allowed: [] })).toEqual([])
  })
})

describe('any change of a template', () => {
  const ids = Object.keys(deployed.Resources) as (keyof Deployed['Resources'])[]
  const isKept = (id: string) => deployed.Resources[id as 'HttpApi'].Type in keptTypes

  it('names every protected resource that is deleted, and no other', () => {
    fc.assert(
      fc.property(fc.subarray(ids), (removed) => {
        const rest = Object.fromEntries(
          Object.entries(deployed.Resources).filter(([id]) => !removed.includes(id as 'HttpApi')),
        )
        const lost = differences(deployed, { Resources: rest as never }).map(({ name, says }) => [name, says])
        const expected = removed.filter(isKept).map((id) => (id.endsWith('Log') ? 'LogGroups' : id))
        expect(lost.map(([name]) => name).sort()).toEqual(expected.sort())
      }),
    )
  })

  it('does not depend on the order of members', () => {
    const turned = (value: any): any =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, each]) => [name, turned(each)]),
          )
    expect(differences(deployed, turned(deployed))).toEqual([])
  })

  it('never makes the comparison throw', () => {
    const resource = fc.record({
      Type: fc.constantFrom(...Object.keys(keptTypes), 'AWS::Lambda::Function', 'AWS::CloudWatch::Alarm'),
      Properties: fc.option(
        fc.dictionary(
          fc.constantFrom('TableName', 'DomainName', 'RetentionInDays', 'AlarmActions', 'Environment'),
          fc.oneof(
            fc.constant([]),
            fc.constant({}),
            fc.constant({ Variables: {} }),
            fc.constant({ Ref: 'x' }),
          ),
        ),
        { nil: undefined },
      ),
    })
    const template = fc.record({ Resources: fc.dictionary(fc.constantFrom('A', 'B', 'C'), resource) })
    fc.assert(
      fc.property(template, template, (before, after) => {
        const found = differences(before as Template, after as Template)
        expect(found.every(({ name, says }) => name !== '' && says !== '')).toBe(true)
        expect(differences(after as Template, after as Template)).toEqual([])
      }),
    )
  })
})

describe('the protected types', () => {
  it('list what makes CloudFormation replace them', () => {
    const spec = loadAwsServiceSpecSync()
    for (const [type, { replacedBy }] of Object.entries(keptTypes)) {
      const [resource] = spec.lookup('resource', 'cloudFormationType', 'equals', type)
      const replacing = Object.entries(resource?.properties ?? {})
        .filter(([, { causesReplacement }]) => causesReplacement === 'yes')
        .map(([name]) => name)
      expect([type, [...replacedBy].sort()]).toEqual([type, replacing.sort()])
    }
  })

  it('are denied to every update by the stack policy, except logs of functions and the reader of alarms', () => {
    expect(stackPolicy).toEqual([
      { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: '*' },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: ['Update:Replace', 'Update:Delete'],
        Resource: '*',
        Condition: {
          StringEquals: {
            ResourceType: [
              'AWS::DynamoDB::Table',
              'AWS::ApiGatewayV2::Api',
              'AWS::ApiGatewayV2::Stage',
              'AWS::ApiGatewayV2::DomainName',
              'AWS::ApiGatewayV2::ApiMapping',
              'AWS::SNS::Topic',
            ],
          },
        },
      },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: ['Update:Replace', 'Update:Delete'],
        Resource: ['LogicalResourceId/CommandLineLogGroup', 'LogicalResourceId/HttpApiLogGroup'],
      },
    ])
  })
})
