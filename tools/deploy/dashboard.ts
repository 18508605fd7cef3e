import { functionName, mappingName } from '../generate/functions-yml.ts'
import { type Entry, isStream } from '../generate/registry.ts'
import {
  dropped,
  type Events,
  events,
  failures,
  type Metric,
  ofApi,
  ofFunction,
  ofTable,
  PERIOD,
  tables,
} from './metrics.ts'

/** What a stage does, on one page of CloudWatch: logins, sessions, refusals, failures, times, mails and tables. */
export function dashboard(service: string, stage: string, entries: readonly Entry[]): object {
  const widgets = widgetsOf(events(`${service}-${stage}`), entries).map(([title, metrics], index) => ({
    type: 'metric',
    x: (index % 3) * 8,
    y: Math.floor(index / 3) * 6,
    width: 8,
    height: 6,
    properties: {
      title,
      region: `\${AWS::Region}`,
      view: 'timeSeries',
      period: PERIOD,
      metrics: metrics.map(lineOf),
    },
  }))
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: `${service}-${stage}`,
          DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
        },
      },
    },
  }
}

function widgetsOf(
  event: Events,
  entries: readonly Entry[],
): readonly (readonly [title: string, metrics: readonly Metric[]])[] {
  const refresh = entries.filter(({ name }) => name === 'authRefresh')
  const groups = Map.groupBy(entries, ({ file }) => file.slice('functions/'.length, file.lastIndexOf('/')))
  return [
    [
      'Log-ins by result',
      [
        event('login.succeeded'),
        event('login.failed', 'unknown_email'),
        event('login.failed', 'wrong_password'),
        event('login.failed', 'account_disabled'),
        event('login.failed', 'email_not_verified'),
        event('login.locked'),
        event('secret.refused'),
      ],
    ],
    [
      'Sessions',
      [
        ...refresh.map((entry) => ofFunction(functionName(entry), 'refreshes', 'Invocations', 'Sum')),
        event('session.grace_used'),
        event('session.reuse_detected'),
        event('session.revoked'),
      ],
    ],
    [
      'Refusals (unauthorized: by the authorizer)',
      [
        event('access.denied', 'unauthorized'),
        event('access.denied', 'forbidden'),
        event('access.denied', 'origin_not_allowed'),
        event('access.denied', 'invalid_refresh_token'),
        event('access.denied', 'session_ended'),
        event('access.denied', 'too_many_attempts'),
      ],
    ],
    ['Requests', [ofApi('Count', 'Sum'), ofApi('4xx', 'Sum'), ofApi('5xx', 'Sum')]],
    [
      'Failures and cold starts',
      [
        ...Object.keys(failures).map((type) => event(type as keyof typeof failures)),
        event('function.started'),
      ],
    ],
    ['Latency, all routes (ms)', [ofApi('Latency', 'p50'), ofApi('Latency', 'p95')]],
    ...[...groups].map(
      ([group, members]) =>
        [
          `Duration of ${group}, p95 (ms)`,
          members.map((entry) => ofFunction(functionName(entry), entry.name, 'Duration', 'p95')),
        ] as const,
    ),
    [
      'Mails',
      [
        event('mail.sent'),
        event('mail.withheld'),
        event('mail.rejected'),
        event('mail.lost'),
        event('mail.bounced'),
        event('mail.complained'),
        ...entries.filter(isStream).map((entry) => dropped(mappingName(entry))),
      ],
    ],
    [
      'DynamoDB units',
      tables.flatMap(({ id, index }) =>
        ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'].map((name) => ofTable(id, name, index)),
      ),
    ],
    [
      'DynamoDB throttles',
      tables.flatMap(({ id, index }) =>
        ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) => ofTable(id, name, index)),
      ),
    ],
  ]
}

const lineOf = ({ label, namespace, name, dimensions, stat }: Metric): readonly unknown[] => [
  namespace,
  name,
  ...Object.entries(dimensions).flat(),
  { label, stat },
]
