import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { capitalized, deployedWith, isAlways, isRoute, registry } from '../generate/registry.ts'
import { type Resources, schemaProblems } from '../testing/cloudformation.ts'
import { framework } from '../testing/compiled.ts'
import { type Package, packager } from '../testing/packaged.ts'
import { stackPolicy } from './protected-resources.ts'
import { keepsUsers } from './setting-problems.ts'

const { package: packaged, remove } = packager()
afterAll(remove)

/** Every option switched on. */
const everything = {
  ALLOWED_ORIGINS: 'https://app.example.com',
  MAIL_FROM: 'no-reply@example.com',
  LINK_BASE_URL: 'https://app.example.com',
  DOMAIN_NAME: 'auth.example.com',
  CERTIFICATE_ARN: 'arn:aws:acm:eu-central-1:123456789012:certificate/x',
  ALARM_EMAIL: 'ops@example.com',
  TRACING: 'true',
  PROVIDERS: 'google,acme',
  GOOGLE_CLIENT_ID: 'google-client',
  ACME_CLIENT_ID: 'acme-client',
  ACME_ISSUER: 'https://id.acme.example',
  AUTHORIZER_CACHE_SECONDS: '30',
  AUTHORIZER_CALLERS: 'a1b2c3d4e5,arn:aws:execute-api:eu-west-1:123456789012:f6g7h8i9j0',
}
let dev: Package
let prod: Package
beforeAll(() => {
  dev = packaged('dev', {})
  prod = packaged('prod', everything)
})
const both = () =>
  [
    ['dev', dev.resources],
    ['prod', prod.resources],
  ] as const
const ofType = (resources: Resources, type: string) =>
  Object.values(resources).filter(({ Type }) => Type === type)

describe('packaging', () => {
  it('needs no setting in dev, and accepts prod with every option', () => {
    expect([dev.failed && dev.said, prod.failed && prod.said]).toEqual([false, false])
  })

  it('of prod fails with all problems at once, and quotes nothing', () => {
    const { failed, said } = packaged('prod', {
      BCRYPT_COST: 'hunter2',
      TRACING: 'hunter2',
      PAGES: 'false',
    })
    expect(failed).toBe(true)
    for (const name of ['ALLOWED_ORIGINS', 'MAIL_FROM', 'BCRYPT_COST', 'TRACING'])
      expect(said).toMatch(new RegExp(`^ {2}- ${name} `, 'm'))
    expect(said).not.toContain('hunter2')
  })

  it('fails for a certificate of another region than that of serverless.yml', () => {
    const elsewhere = everything.CERTIFICATE_ARN.replace('eu-central-1', 'us-east-1')
    const { failed, said } = packaged('prod', { ...everything, CERTIFICATE_ARN: elsewhere })
    expect([failed, said]).toEqual([true, expect.stringContaining('CERTIFICATE_ARN must be of the region')])
  })
})

describe('a deployment', () => {
  it.each(['deploy', 'remove', 'rollback'])('does not %s without a region', (command) => {
    const env = { ...framework, PATH: process.env.PATH, HOME: '/nonexistent' }
    const args = [command, '--stage', 'dev']
    const { status, stdout } = spawnSync('node_modules/.bin/serverless', args, { env, encoding: 'utf8' })
    expect([status, stdout]).toEqual([1, expect.stringContaining('Say which region: set AWS_REGION')])
  })
})

describe('the templates', () => {
  it('are valid by the schemas of CloudFormation, with existing references', () => {
    for (const [stage, resources] of both()) expect([stage, schemaProblems(resources)]).toEqual([stage, []])
  })

  it('fail the check for a wrong name, a wrong type, a value outside its list, and a missing property', () => {
    const broken = structuredClone(prod.resources) as Record<string, any>
    broken.HttpApiStage.Properties.AccessLogSetting = {}
    broken.UsersTable.Properties.StreamSpecification = { StreamViewTyp: 'NEW_IMAGE' }
    broken.AuthLoginLogGroup.Properties.RetentionInDays = 31
    broken.SessionsTable.Properties.TimeToLiveSpecification.Enabled = 'true'
    delete broken.HttpApiDomain.Properties.DomainName
    broken.AlarmTopic.Type = 'AWS::SNS::Topics'
    broken.TokenReuseAlarm.Properties.AlarmActions = [{ Ref: 'Unknown' }]
    broken.HttpApiStage.DependsOn.push('HttpApiRouteNowhere')
    broken.Dashboard.Properties.DashboardBody = { 'Fn::Sub': `\${UsersTable.Arm}` }
    expect(schemaProblems(broken).sort()).toEqual([
      'AlarmTopic: there is no AWS::SNS::Topics',
      expect.stringMatching(/^AuthLoginLogGroup\.RetentionInDays must be one of 1, 3, .*, 3288, 3653$/),
      'Dashboard.DashboardBody refers to Arm, which AWS::DynamoDB::Table has not',
      'HttpApiDomain.DomainName is missing',
      'HttpApiStage depends on no HttpApiRouteNowhere',
      'HttpApiStage.AccessLogSetting is unknown',
      'SessionsTable.TimeToLiveSpecification.Enabled must be boolean',
      'TokenReuseAlarm.AlarmActions.0 refers to Unknown, which does not exist',
      'UsersTable.StreamSpecification.StreamViewTyp is unknown',
      'UsersTable.StreamSpecification.StreamViewType is missing',
    ])
  })

  it('fail the check for resources that wait for each other', () => {
    const broken = structuredClone(dev.resources) as Record<string, any>
    broken.HttpApi.Properties.Description = { 'Fn::Sub': `\${HttpApiStage}` }
    expect(schemaProblems(broken)).toContain('HttpApiStage waits for itself')
  })

  // A function with its route takes six: social login has little room for routes of your own beside it.
  it('are at most the 500 resources that a stack may have, with every option', () => {
    expect(Object.keys(prod.resources).length).toBeLessThanOrEqual(500)
  })
})

describe('a stage', () => {
  it('that keeps users protects their table', () => {
    expect(prod.resources.UsersTable).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    })
  })

  it('of dev leaves nothing behind: no retained resource, no backup of a deleted table', () => {
    expect(dev.resources.UsersTable).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: {
        DeletionProtectionEnabled: false,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      },
    })
    for (const { DeletionPolicy = 'Delete', Properties } of Object.values(dev.resources)) {
      expect(DeletionPolicy).toBe('Delete')
      expect(Properties.DeletionProtectionEnabled ?? false).toBe(false)
    }
    // A log group that a function created itself would remain.
    expect(JSON.stringify(dev.resources)).not.toContain('logs:CreateLogGroup')
  })

  it('has a log with a retention for every function, the gateway and the command line', async () => {
    for (const [stage, resources] of both()) {
      const entries = await deployedWith(stage === 'prod')
      const names = entries.map((entry) => (isAlways(entry) ? entry.name : 'social'))
      const groups = ofType(resources, 'AWS::Logs::LogGroup').map(({ Properties }) => [
        Properties.LogGroupName,
        Properties.RetentionInDays,
      ])
      const days = keepsUsers(stage) ? 90 : 14
      const expected = [
        ...[...new Set(names)].map((name) => [`/aws/lambda/cardea-${stage}-${name}`, days]),
        [`/aws/http-api/cardea-${stage}`, days],
        [`/cardea/${stage}/command-line`, days],
      ]
      expect(groups.sort()).toEqual(expected.sort())
      // The resources that the stack policy names must exist, or CloudFormation refuses the policy.
      for (const { Resource } of stackPolicy)
        for (const id of [Resource].flat().filter((each) => each !== '*'))
          expect(resources).toHaveProperty(id.replace('LogicalResourceId/', ''))
    }
  })
})

describe('the gateway', () => {
  it('writes its access log', () => {
    const { AccessLogSettings } = dev.resources.HttpApiStage?.Properties ?? {}
    expect(AccessLogSettings.DestinationArn).toEqual({ 'Fn::GetAtt': ['HttpApiLogGroup', 'Arn'] })
    expect(JSON.parse(AccessLogSettings.Format)).toMatchObject({ route: '$context.routeKey' })
  })

  it('caches a decision of the authorizer as long as is set, by default not at all', () => {
    const ttl = ({ resources }: Package) =>
      ofType(resources, 'AWS::ApiGatewayV2::Authorizer').map(
        (each) => each.Properties.AuthorizerResultTtlInSeconds,
      )
    expect([ttl(dev), ttl(prod)]).toEqual([[0], [30]])
  })

  it('has a domain where one is set', () => {
    const types = ['AWS::ApiGatewayV2::DomainName', 'AWS::ApiGatewayV2::ApiMapping']
    for (const type of types) expect(ofType(dev.resources, type)).toEqual([])
    expect(ofType(prod.resources, 'AWS::ApiGatewayV2::DomainName')[0]?.Properties).toEqual({
      DomainName: 'auth.example.com',
      DomainNameConfigurations: [
        {
          CertificateArn: everything.CERTIFICATE_ARN,
          EndpointType: 'REGIONAL',
          SecurityPolicy: 'TLS_1_2',
        },
      ],
    })
    const { Variables } = prod.resources.AuthLoginLambdaFunction?.Properties.Environment ?? {}
    expect(Variables.ISSUER).toBe('https://auth.example.com')
  })

  it('has no CORS where no origin is listed, so that no page of another origin reads an answer', () => {
    expect(dev.resources.HttpApi?.Properties).not.toHaveProperty('CorsConfiguration')
  })
})

describe('social login', () => {
  it('is in no part of a stage without PROVIDERS, but in its settings, which are empty', async () => {
    const text = JSON.stringify(dev.resources)
    const entries = (await registry()).filter((entry) => !isAlways(entry))
    expect(entries.length).toBeGreaterThan(4)
    for (const { name } of entries) expect(text).not.toMatch(new RegExp(`${name}|${capitalized(name)}`))
    for (const { contract } of entries.filter(isRoute)) expect(text).not.toContain(contract.path)
    expect(text).not.toMatch(/\/providers|social/)
    for (const { Properties } of ofType(dev.resources, 'AWS::Lambda::Function')) {
      const { PROVIDERS, SOCIAL_REDIRECTS, SOCIAL_PER_IP, ...others } = Properties.Environment.Variables
      expect([PROVIDERS, SOCIAL_REDIRECTS, SOCIAL_PER_IP]).toEqual(['', '', ''])
      expect(Object.keys(others).filter((name) => /SOCIAL|PROVIDER|GOOGLE|ACME/.test(name))).toEqual([])
    }
  })

  it('is whole with PROVIDERS: function, role, routes, throttles and its line of the dashboard', async () => {
    const { RouteSettings } = prod.resources.HttpApiStage?.Properties ?? {}
    const dashboard = JSON.stringify(prod.resources.Dashboard)
    for (const { name, contract } of (await registry()).filter((entry) => !isAlways(entry))) {
      expect(prod.resources).toHaveProperty(`${capitalized(name)}LambdaFunction`)
      expect(prod.resources).toHaveProperty(`${capitalized(name)}Role`)
      expect(dashboard).toContain(`${capitalized(name)}LambdaFunction`)
      if ('path' in contract) expect(RouteSettings).toHaveProperty([`${contract.method} ${contract.path}`])
    }
  })

  it('gives the settings of its providers to the functions that use them', () => {
    const receiving = Object.entries(prod.resources)
      .filter(([, { Properties }]) => Properties.Environment?.Variables.ACME_ISSUER)
      .map(([id]) => id.replace('LambdaFunction', ''))
    expect(receiving).toEqual(expect.arrayContaining(['AuthSocialStart', 'AuthSocialCallback', 'MailSend']))
    expect(receiving).not.toContain('AuthLogin')
  })
})

describe('the configuration of SES for bounces and complaints', () => {
  it('does not exist where no mail is sent', () => {
    expect(Object.values(dev.resources).filter(({ Type }) => Type.startsWith('AWS::SES'))).toEqual([])
  })

  it('suppresses these addresses, and sends events to the default event bus', () => {
    const { MailConfigurationSet, MailEvents, MailSendLambdaFunction } = prod.resources
    expect(MailConfigurationSet?.Properties).toEqual({
      Name: 'cardea-prod',
      SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    })
    expect(MailEvents?.Properties).toMatchObject({
      ConfigurationSetName: { Ref: 'MailConfigurationSet' },
      EventDestination: { Enabled: true, MatchingEventTypes: ['BOUNCE', 'COMPLAINT'] },
    })
    const { Variables } = MailSendLambdaFunction?.Properties.Environment ?? {}
    expect(Variables.MAIL_CONFIGURATION_SET).toEqual({ Ref: 'MailConfigurationSet' })
    const { Statement } = prod.resources.MailSendRole?.Properties.Policies[0].PolicyDocument ?? {}
    expect(JSON.stringify(Statement)).toContain('configuration-set/cardea-prod"')
  })

  it('calls one function for the mails of this stage, and lets EventBridge call it', () => {
    for (const [stage, resources] of both()) {
      const rules = ofType(resources, 'AWS::Events::Rule').filter(({ Properties }) => Properties.EventPattern)
      expect(
        rules.map(({ Properties: { EventPattern, Targets } }) => [EventPattern, Targets[0].Arn]),
      ).toEqual([
        [
          {
            source: ['aws.ses'],
            'detail-type': ['Email Bounced', 'Email Complaint Received'],
            detail: { mail: { tags: { stage: [`cardea-${stage}`] } } },
          },
          { 'Fn::GetAtt': ['MailBouncesLambdaFunction', 'Arn'] },
        ],
      ])
      const allowed = ofType(resources, 'AWS::Lambda::Permission').filter(
        ({ Properties }) => Properties.Principal === 'events.amazonaws.com',
      )
      expect(JSON.stringify(allowed)).toContain('MailBouncesLambdaFunction')
    }
  })
})

describe('a role', () => {
  const statements = (resources: Resources) =>
    ofType(resources, 'AWS::IAM::Role').flatMap(
      ({ Properties }) => Properties.Policies[0].PolicyDocument.Statement as any[],
    )

  it('names its resources; only X-Ray, which has none, is allowed everywhere, and only where it is on', () => {
    for (const statement of statements(dev.resources)) {
      // Numbers below the path of one kind of key. tools/generate/template.e2e.test.ts checks which role has them.
      const named = JSON.stringify(statement).replace(/parameter\/cardea\/dev\/[a-z/]+\/\*/g, '')
      expect(named).not.toMatch(/"\*"|[/:]\*"(?<!-\w+:\*")|ses:|xray:/)
    }
    const large = statements(prod.resources).filter(({ Resource }) => Resource === '*')
    expect(large).toHaveLength(ofType(prod.resources, 'AWS::IAM::Role').length)
    for (const { Action } of large)
      expect(Action).toEqual(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'])
    const traced = ofType(prod.resources, 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties.TracingConfig,
    )
    expect(new Set(traced.map((config) => config?.Mode))).toEqual(new Set(['Active']))
    for (const { Properties } of ofType(dev.resources, 'AWS::Lambda::Function'))
      expect(Properties).not.toHaveProperty('TracingConfig')
  })

  it('has the boundary of its stage, which is packaged as a stack of its own', () => {
    for (const [stage, resources] of both())
      for (const { Properties } of ofType(resources, 'AWS::IAM::Role'))
        expect(Properties.PermissionsBoundary).toEqual({
          'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/cardea-${stage}-boundary-\${AWS::Region}`,
        })
    const { Resources } = prod.boundary as { Resources: Resources }
    expect(schemaProblems(Resources)).toEqual([])
    expect(Resources.Boundary?.Properties.ManagedPolicyName).toEqual({
      'Fn::Sub': `cardea-prod-boundary-\${AWS::Region}`,
    })
    // A role that deploys the stack could change a boundary inside it.
    expect(ofType(prod.resources, 'AWS::IAM::ManagedPolicy')).toEqual([])
  })

  it('allows no whole service', () => {
    for (const [, resources] of both())
      for (const { Action } of statements(resources)) expect([Action].flat().join()).not.toContain('*')
  })
})

describe('the functions', () => {
  it('get no setting that only shapes a deployment', async () => {
    const example = await readFile('.env.example', 'utf8')
    const { Variables } = prod.resources.AuthLoginLambdaFunction?.Properties.Environment ?? {}
    for (const name of ['ALARM_EMAIL', 'TRACING', 'DOMAIN_NAME', 'AUTHORIZER_CACHE_SECONDS']) {
      expect(example).toContain(`# ${name}=`)
      expect(Variables).not.toHaveProperty(name)
    }
  })
})
