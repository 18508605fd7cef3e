import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { assumed } from '../../bench/cost-model.ts'
import { userTables } from '../../lib/domain/user-data.ts'
import { functionName } from '../generate/functions-yml.ts'
import { deployedWith } from '../generate/registry.ts'
import { roleName } from '../generate/roles.ts'
import { readTables } from '../generate/tables-yml.ts'
import { deployment } from './deployment.ts'
import { failures, tables } from './metrics.ts'

const right = { ALLOWED_ORIGINS: 'https://app.example.com', REQUIRE_VERIFIED_EMAIL: 'false' }
const topic = 'arn:aws:sns:eu-central-1:123456789012:alarms'
const of = (stage: string, change: Record<string, string> = {}) =>
  deployment('cardea', stage, { ...right, ...change })
type Alarm = { Properties: { AlarmActions?: unknown; OKActions?: unknown; AlarmDescription: string } }
const alarmsIn = ({ alarms }: Awaited<ReturnType<typeof of>>) =>
  Object.entries(alarms.Resources).filter(([id]) => id.endsWith('Alarm')) as [string, Alarm][]

describe('a stage', () => {
  it('keeps its users unless it is dev, and its logs for 90 days, in dev for 14, or as set', async () => {
    expect(await of('prod')).toMatchObject({
      keepsUsers: true,
      usersDeletionPolicy: 'Retain',
      logRetentionDays: 90,
    })
    expect(await of('dev')).toMatchObject({
      keepsUsers: false,
      usersDeletionPolicy: 'Delete',
      logRetentionDays: 14,
    })
    expect(await of('prod', { LOG_RETENTION_DAYS: '365' })).toMatchObject({ logRetentionDays: 365 })
  })

  it('names its tables and its key path by default, also where a setting is empty', async () => {
    const named = {
      usersTable: 'cardea-prod-users',
      sessionsTable: 'cardea-prod-sessions',
      refreshTokenDenylistTable: 'cardea-prod-refresh-token-denylist',
      keysPath: '/cardea/prod',
    }
    expect(await of('prod')).toMatchObject(named)
    expect(await of('prod', { USERS_TABLE: '', SESSIONS_TABLE: ' ', KEYS_PATH: '' })).toMatchObject(named)
    expect(await of('prod', { USERS_TABLE: 'mine' })).toMatchObject({ usersTable: 'mine' })
  })

  it('asks its administrators for a second factor unless it is dev, or as set', async () => {
    const stages = { prod: 'admin', staging: 'admin', dev: 'none' }
    for (const [stage, secondFactorFor] of Object.entries(stages))
      for (const empty of [{}, { SECOND_FACTOR_FOR: ' ' }])
        expect(await of(stage, empty)).toMatchObject({ secondFactorFor })
    expect(await of('dev', { SECOND_FACTOR_FOR: 'all' })).toMatchObject({ secondFactorFor: 'all' })
    expect((await of('prod', { SECOND_FACTOR_FOR: 'admins' })).problems).toEqual([
      expect.stringContaining('SECOND_FACTOR_FOR'),
    ])
  })

  it('with invalid settings can still be inspected and removed', async () => {
    const wrong = await deployment('cardea', 'prod', { LOG_RETENTION_DAYS: 'x', TRACING: 'true' })
    expect(wrong.problems).toHaveLength(2)
    expect(wrong).toMatchObject({ logRetentionDays: 90, authorizerCacheSeconds: 0, tracing: false })
  })

  it('has as issuer the given one, its domain, or the address of its gateway', async () => {
    const domain = {
      DOMAIN_NAME: 'auth.example.com',
      CERTIFICATE_ARN: 'arn:aws:acm:eu-central-1:123456789012:certificate/x',
    }
    expect(await of('dev', { ...domain, ISSUER: 'https://id.example.com' })).toMatchObject({
      issuer: 'https://id.example.com',
    })
    expect(await of('dev', domain)).toMatchObject({ issuer: 'https://auth.example.com' })
    expect((await of('dev', { ISSUER: '' })).issuer).toEqual({
      'Fn::Sub': `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`,
    })
  })
})

describe('the access log', () => {
  it('is JSON of the gateway’s own values: no header, no query, no path as sent', async () => {
    const { accessLogFormat } = await of('dev')
    const facts = Object.values(JSON.parse(accessLogFormat)) as string[]
    expect(facts).toEqual(
      expect.arrayContaining([
        '$context.requestId',
        '$context.routeKey',
        '$context.status',
        '$context.responseLatency',
        '$context.integrationErrorMessage',
        '$context.identity.sourceIp',
      ]),
    )
    for (const fact of facts) expect(fact).toMatch(/^\$context\.[A-Za-z.]+$/)
    expect(accessLogFormat).not.toMatch(/path|query|header|userAgent|claims/i)
  })
})

describe('permissions that depend on settings', () => {
  const statementsIn = ({ permissions }: Awaited<ReturnType<typeof of>>, role: string) =>
    (permissions.extensions as any)[role]?.Properties.Policies[0].PolicyDocument.Statement as any[]

  it('let only the mail function send, only from the configured sender, and not without one', async () => {
    const mail = { MAIL_FROM: 'no-reply@mail.example.com', LINK_BASE_URL: 'https://app.example.com' }
    const sending = await of('dev', mail)
    expect(Object.keys(sending.permissions.extensions)).toEqual(['MailSendRole'])
    const ses = `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}`
    const own = `${ses}:identity`
    expect(statementsIn(sending, 'MailSendRole').at(-1)).toEqual({
      Effect: 'Allow',
      Action: ['ses:SendEmail'],
      Resource: [
        { 'Fn::Sub': `${own}/no-reply@mail.example.com` },
        { 'Fn::Sub': `${own}/mail.example.com` },
        { 'Fn::Sub': `${own}/example.com` },
        { 'Fn::Sub': `${ses}:configuration-set/cardea-dev` },
      ],
      Condition: { StringEquals: { 'ses:FromAddress': 'no-reply@mail.example.com' } },
    })
    expect((await of('dev')).permissions.extensions).toEqual({})

    const tracked = await of('dev', { ...mail, MAIL_CONFIGURATION_SET: 'tracked' })
    expect(statementsIn(tracked, 'MailSendRole').at(-1).Resource.at(-1)).toEqual({
      'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:configuration-set/tracked`,
    })
  })

  it('let functions of every stage do what only social login needs, only with PROVIDERS', async () => {
    const providers = {
      PROVIDERS: 'google',
      GOOGLE_CLIENT_ID: 'g',
      MAIL_FROM: 'no-reply@example.com',
      LINK_BASE_URL: 'https://app.example.com',
    }
    const withProviders = await of('dev', providers)
    const roles = parse(readFileSync('functions/functions.yml', 'utf8')).resources.Resources
    const actionsOn = (statements: any[], id: string) =>
      statements
        .filter(({ Resource }) => Resource['Fn::GetAtt']?.[0] === id)
        .flatMap(({ Action }) => Action as string[])
    const without = roles.AuthSecondFactorRole.Properties.Policies[0].PolicyDocument.Statement
    expect(actionsOn(without, 'UsersTable')).not.toContain('dynamodb:PutItem')
    expect(actionsOn(without, 'RefreshTokenDenylistTable')).toEqual([])
    const more = statementsIn(withProviders, 'AuthSecondFactorRole')
    expect(more).toEqual(expect.arrayContaining(without))
    expect(actionsOn(more, 'UsersTable')).toContain('dynamodb:PutItem')
    expect(actionsOn(more, 'RefreshTokenDenylistTable')).toEqual(['dynamodb:PutItem'])
    expect(Object.keys(withProviders.permissions.extensions).sort()).toEqual([
      'AuthSecondFactorRole',
      'MailSendRole',
    ])
  })

  it('come with a configuration set, unless one is named, no mail is sent, or the stage is local', async () => {
    const mail = { MAIL_FROM: 'no-reply@example.com', LINK_BASE_URL: 'https://app.example.com' }
    const made = await of('prod', mail)
    expect(made.mailConfigurationSet).toEqual({ Ref: 'MailConfigurationSet' })
    expect(made.mailEvents).toMatchObject({
      Resources: { MailConfigurationSet: { Properties: { Name: 'cardea-prod' } } },
    })
    const named = await of('prod', { ...mail, MAIL_CONFIGURATION_SET: 'mine' })
    for (const [deployed, set] of [
      [named, 'mine'],
      [await of('prod'), ''],
      [await of('local', mail), ''],
    ] as const)
      expect([deployed.mailConfigurationSet, deployed.mailEvents]).toEqual([set, {}])
  })

  it('let every function write traces where tracing is on, and remove no permission', async () => {
    const traced = await of('prod', { TRACING: 'true' })
    const roles = parse(readFileSync('functions/functions.yml', 'utf8')).resources.Resources
    for (const entry of await deployedWith(false)) {
      const before = roles[roleName(entry)].Properties.Policies[0].PolicyDocument.Statement
      expect(statementsIn(traced, roleName(entry))).toEqual([
        ...before,
        { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' },
      ])
    }
  })
})

describe('the authorizer', () => {
  it('is exported for other stacks, and only the listed APIs may call it', async () => {
    const exported = { AuthorizerArn: { Export: { Name: 'cardea-prod-authorizer' } } }
    expect((await of('prod')).sharedAuthorizer).toMatchObject({ Resources: {}, Outputs: exported })
    const elsewhere = 'arn:aws:execute-api:eu-west-1:123456789012:f6g7h8i9j0'
    const { sharedAuthorizer } = await of('prod', { AUTHORIZER_CALLERS: `a1b2c3d4e5, ${elsewhere}` })
    const callers = Object.values<any>((sharedAuthorizer as any).Resources).map(
      ({ Properties }) => Properties,
    )
    const here = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:a1b2c3d4e5/authorizers/*`
    expect(callers.map(({ SourceArn }) => SourceArn)).toEqual([
      { 'Fn::Sub': here },
      `${elsewhere}/authorizers/*`,
    ])
    for (const { Principal, Action } of callers)
      expect([Principal, Action]).toEqual(['apigateway.amazonaws.com', 'lambda:InvokeFunction'])
  })
})

describe('the alarms', () => {
  it('notify the given topic, a new topic for an address, or none', async () => {
    expect(alarmsIn(await of('prod')).length).toBeGreaterThan(8)
    for (const [, { Properties }] of alarmsIn(await of('prod')))
      expect(Properties).not.toHaveProperty('AlarmActions')
    expect(Object.keys((await of('prod')).alarms.Resources).filter((id) => !id.endsWith('Alarm'))).toEqual([])
    const given = await of('prod', { ALARM_TOPIC_ARN: topic })
    for (const [, { Properties }] of alarmsIn(given))
      expect(Properties).toMatchObject({ AlarmActions: [topic], OKActions: [topic] })
    expect(given.alarms.Resources).not.toHaveProperty('AlarmTopic')
    const made = await of('prod', { ALARM_EMAIL: 'ops@example.com' })
    for (const [, { Properties }] of alarmsIn(made))
      expect(Properties.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }])
    expect(made.alarms.Resources).toMatchObject({
      AlarmTopic: { Type: 'AWS::SNS::Topic' },
      AlarmSubscription: { Properties: { Protocol: 'email', Endpoint: 'ops@example.com' } },
    })
  })

  it('watch 5xx, token reuse, lockouts, dropped mails, failures, and throttles of each table', async () => {
    const watched = Object.fromEntries(
      alarmsIn(await of('prod')).map(([id, alarm]) => [id, JSON.stringify(alarm)]),
    )
    expect(watched.ServerErrorsAlarm).toContain('"MetricName":"5xx"')
    expect(watched.TokenReuseAlarm).toContain('session.reuse_detected')
    expect(watched.LockoutsAlarm).toContain('login.locked')
    const wrong = /login\.failed.*unknown_email.*login\.failed.*wrong_password.*secret\.refused/
    expect(watched.FailedAttemptsAlarm).toMatch(wrong)
    expect(watched.FailureRatioAlarm).toMatch(wrong)
    expect(watched.FailureRatioAlarm).toContain('login.succeeded')
    expect(watched.MailsGivenUpAlarm).toMatch(/DroppedEventCount.*mail\.rejected.*mail\.lost/)
    for (const { id, index } of tables) {
      expect(watched[`${id}ThrottlesAlarm`]).toMatch(/ReadThrottleEvents.*WriteThrottleEvents/)
      if (index) expect(watched[`${id}ThrottlesAlarm`]).toContain(`"Value":"${index}"`)
    }
    // Lambda's own count of errors contains every refused token.
    expect(Object.values(watched).join()).not.toContain('"MetricName":"Errors"')
  })

  it('watch the bounce rate and the complaint rate below the limits of SES, where mail is sent', async () => {
    const mail = { MAIL_FROM: 'no-reply@example.com', LINK_BASE_URL: 'https://app.example.com' }
    const named = async (change: object) =>
      Object.fromEntries(alarmsIn(await of('prod', { ...change }))) as Record<string, any>
    const watched = await named(mail)
    for (const [id, name, review] of [
      ['MailBounceRateAlarm', 'Reputation.BounceRate', 0.05],
      ['MailComplaintRateAlarm', 'Reputation.ComplaintRate', 0.001],
    ] as const) {
      const { Metrics, Threshold, TreatMissingData, AlarmDescription } = watched[id].Properties
      // The metric of the account has no dimension. A gap between two points is ignored.
      expect(Metrics[1].MetricStat).toMatchObject({
        Metric: { Namespace: 'AWS/SES', MetricName: name, Dimensions: [] },
        Stat: 'Average',
      })
      expect([Metrics[0].Expression, TreatMissingData]).toEqual(['m1', 'ignore'])
      expect(Threshold).toBeLessThan(review)
      expect(AlarmDescription).toContain(`${Threshold * 100} %`)
      expect(AlarmDescription).toContain(`${review * 100} %`)
      expect(await named({})).not.toHaveProperty(id)
    }
  })

  it('have as many metrics as the cost model assumes, without those of tables of user data', async () => {
    const mail = { MAIL_FROM: 'no-reply@example.com', LINK_BASE_URL: 'https://app.example.com' }
    const all = alarmsIn(await of('prod', mail)) as [string, any][]
    const others = readTables().filter(({ name }) => userTables.some((table) => table === name))
    const own = all.filter(([alarm]) => !others.some(({ id }) => alarm === `${id}ThrottlesAlarm`))
    const watched = own.flatMap(([, { Properties }]) => Properties.Metrics.slice(1))
    expect(watched).toHaveLength(assumed.alarmMetrics)
  })

  it('cover every type of error that is logged', () => {
    const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).map((file) => join('lib', file))
    const sources = files
      .filter((file) => /(?<!\.test)\.ts$/.test(file))
      .map((file) => readFileSync(file, 'utf8'))
    const logged = sources.flatMap((text) => [...text.matchAll(/\blog\('error', \{\s*type: '([\w.]+)'/g)])
    expect(new Set(logged.map(([, type]) => type))).toEqual(new Set(Object.keys(failures)))
    const calls = sources.flatMap((text) => [...text.matchAll(/\blog\('error'/g)])
    expect(calls).toHaveLength(logged.length)
  })

  it('cover every table and its indexes', () => {
    const { Resources } = parse(readFileSync('lib/storage/tables.yml', 'utf8'))
    const places = Object.entries<any>(Resources).flatMap(([id, { Properties }]) => [
      { id },
      ...(Properties.GlobalSecondaryIndexes ?? []).map(({ IndexName: index }: any) => ({ id, index })),
    ])
    expect(tables).toEqual(places)
  })

  it('read only the metrics of their own stage', async () => {
    const own = (text: string) => new Set(text.match(/cardea-\w+(?=")/g))
    expect(own(JSON.stringify((await of('prod')).alarms))).toEqual(new Set(['cardea-prod']))
  })
})

describe('the dashboard', () => {
  it('has its widgets on one page, and the duration of every function', async () => {
    const { Dashboard } = ((await of('prod')).dashboard as any).Resources
    const text = Dashboard.Properties.DashboardBody['Fn::Sub']
    const { widgets } = JSON.parse(text)
    const titles = widgets.map(({ properties }: any) => properties.title)
    expect(new Set(titles).size).toBe(titles.length)
    const lines = widgets.flatMap(({ properties }: any) => properties.metrics)
    for (const [namespace, name, ...rest] of lines) {
      expect([typeof namespace, typeof name]).toEqual(['string', 'string'])
      // Pairs of a dimension and its value, then the drawing options.
      expect(rest.length % 2).toBe(1)
      expect(rest.at(-1)).toMatchObject({ stat: expect.any(String), label: expect.any(String) })
    }
    for (const entry of await deployedWith(false)) expect(text).toContain(`\${${functionName(entry)}}`)
    for (const name of ['login.succeeded', 'wrong_password', 'login.locked', 'session.reuse_detected'])
      expect(text).toContain(name)
    for (const name of [
      'unauthorized',
      'function.started',
      '5xx',
      'Latency',
      'mail.sent',
      'DroppedEventCount',
    ])
      expect(text).toContain(name)
    for (const name of ['ConsumedWriteCapacityUnits', 'ReadThrottleEvents', ...Object.keys(failures)])
      expect(text).toContain(name)
  })
})
