import { mappingName } from '../contract/functions-yml.ts'
import { type Entry, isStream } from '../contract/registry.ts'
import { dropped, events, failures, type Metric, ofApi, ofTable, PERIOD, tables } from './metrics.ts'

interface Alarm {
  /** What has happened, and where to look. */
  readonly about: string
  readonly metrics: readonly Metric[]
  /** Over `m1`, `m2` ...; without it, their sum. */
  readonly expression?: string
  /** What is reached within five minutes. */
  readonly threshold: number
}

/** What someone should be told of, by logical id; Lambda's own count of errors holds every token that was refused. */
function alarmsOf(service: string, stage: string, entries: readonly Entry[]): Record<string, Alarm> {
  const event = events(`${service}-${stage}`)
  const failedAttempts = [
    event('login.failed', 'unknown_email'),
    event('login.failed', 'wrong_password'),
    event('secret.refused'),
  ]
  return {
    ServerErrorsAlarm: {
      about: '5 % of requests or more were answered 5xx: see the access log, and the log of the route.',
      metrics: [ofApi('5xx', 'Sum'), ofApi('Count', 'Sum')],
      expression: 'IF(m1 >= 5, 100 * m1 / m2, 0)',
      threshold: 5,
    },
    TokenReuseAlarm: {
      about:
        'Old refresh tokens came back, which ended their sessions: a thief, or a client that keeps old tokens.',
      metrics: [event('session.reuse_detected')],
      // The smoke test of a deployment makes one.
      threshold: 2,
    },
    LockoutsAlarm: {
      about:
        'Many accounts or tries were locked: somebody may be guessing passwords. See login.failed by ip.',
      metrics: [event('login.locked')],
      threshold: 20,
    },
    // One guess per account locks none: the sum shows it, and on a stage of many users the share of what fails.
    FailedAttemptsAlarm: {
      about:
        'Many passwords, codes, links or refresh tokens were wrong: see login.failed and secret.refused by ip.',
      metrics: failedAttempts,
      threshold: 100,
    },
    FailureRatioAlarm: {
      about:
        'Half of all attempts to log in failed, and 20 at least: see login.failed and secret.refused by ip.',
      metrics: [...failedAttempts, event('login.succeeded')],
      expression: `IF(${sumOf(1, 3)} >= 20, 100 * ${sumOf(1, 3)} / ${sumOf(1, 4)}, 0)`,
      threshold: 50,
    },
    MailsGivenUpAlarm: {
      about: 'A mail will never arrive: see mail.failed, mail.rejected and mail.lost in the logs.',
      metrics: [
        ...entries.filter(isStream).map((entry) => dropped(mappingName(entry))),
        event('mail.rejected'),
        event('mail.lost'),
      ],
      threshold: 1,
    },
    ...Object.fromEntries(
      Object.entries(failures).map(([type, threshold]) => [
        `${type.replaceAll(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase())}Alarm`,
        {
          about: `Lines of type ${type} in the logs of the functions say what failed.`,
          metrics: [event(type as keyof typeof failures)],
          threshold,
        },
      ]),
    ),
    ...Object.fromEntries(
      [...Map.groupBy(tables, ({ id }) => id)].map(([id, places]) => [
        `${id}ThrottlesAlarm`,
        {
          about: `DynamoDB turned requests to ${id} away: callers were told 503.`,
          metrics: places.flatMap(({ index }) =>
            ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) => ofTable(id, name, index)),
          ),
          threshold: 1,
        },
      ]),
    ),
  }
}

/** The alarms of a stage, and whom they tell: a topic that is given, or one of their own with one reader, or nobody. */
export function alarms(
  service: string,
  stage: string,
  entries: readonly Entry[],
  told: { readonly alarmTopicArn: string | undefined; readonly alarmEmail: string | undefined },
): { readonly Resources: Readonly<Record<string, object>> } {
  const topic = told.alarmTopicArn ?? (told.alarmEmail && { Ref: 'AlarmTopic' })
  const resources = Object.entries(alarmsOf(service, stage, entries)).map(([id, alarm]) => [
    id,
    resourceOf(alarm, topic ? [topic] : []),
  ])
  return {
    Resources: {
      ...Object.fromEntries(resources),
      ...(told.alarmEmail && {
        AlarmTopic: { Type: 'AWS::SNS::Topic', Properties: {} },
        AlarmSubscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: told.alarmEmail },
        },
      }),
    },
  }
}

function resourceOf({ about, metrics, expression, threshold }: Alarm, actions: readonly unknown[]): object {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: about,
      Metrics: [
        { Id: 'alarm', Expression: expression ?? sumOf(1, metrics.length), ReturnData: true },
        ...metrics.map((metric, index) => ({
          Id: `m${index + 1}`,
          MetricStat: statOf(metric),
          ReturnData: false,
        })),
      ],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: threshold,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      ...(actions.length > 0 && { AlarmActions: actions, OKActions: actions }),
    },
  }
}

/** The sum of some metrics. An alarm on a metric of DynamoDB would stay as it is where nothing more comes: so each is filled. */
function sumOf(first: number, last: number): string {
  const filled = Array.from({ length: last - first + 1 }, (_, index) => `FILL(m${first + index}, 0)`)
  return filled.length === 1 ? `${filled[0]}` : `SUM([${filled.join(', ')}])`
}

function statOf({ namespace, name, dimensions, stat }: Metric): object {
  const Dimensions = Object.entries(dimensions).map(([Name, value]) => ({
    Name,
    Value: value.includes('${') ? { 'Fn::Sub': value } : value,
  }))
  return { Metric: { Namespace: namespace, MetricName: name, Dimensions }, Period: PERIOD, Stat: stat }
}
