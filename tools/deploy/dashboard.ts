import type { Entry } from '../generate/registry.ts'
import {
  droppedRecords,
  failureTypes,
  type Logged,
  logMetrics,
  type Metric,
  ofApi,
  ofFunction,
  ofTables,
  PERIOD,
  tables,
  throttled,
} from './metrics.ts'

/** What a stage does, on one page of CloudWatch: logins, sessions, refusals, failures, times, mails and tables. */
export function dashboard(service: string, stage: string, entries: readonly Entry[]): object {
  const charts = chartsOf(logMetrics(service, stage), entries)
  const widgets = Object.entries(charts).map(([title, metrics], index) => ({
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
  const Properties = {
    DashboardName: `${service}-${stage}`,
    DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
  }
  return { Resources: { Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties } } }
}

/** The metrics of each chart, by its title. */
function chartsOf(logged: Logged, entries: readonly Entry[]): Readonly<Record<string, readonly Metric[]>> {
  const refresh = entries.filter(({ name }) => name === 'authRefresh')
  const groups = Map.groupBy(entries, ({ file }) => file.slice('functions/'.length, file.lastIndexOf('/')))
  const durations = [...groups].map(([group, members]) => [
    `Duration of ${group}, p95 (ms)`,
    members.map((entry) => ofFunction(entry, 'Duration', { label: entry.name, stat: 'p95' })),
  ])
  return {
    'Log-ins by result': logged(
      'login.succeeded',
      'login.failed:unknown_email',
      'login.failed:wrong_password',
      'login.failed:account_disabled',
      'login.failed:email_not_verified',
      'login.locked',
      'secret.refused',
    ),
    Sessions: [
      ...refresh.map((entry) => ofFunction(entry, 'Invocations', { label: 'refreshes' })),
      ...logged('session.grace_used', 'session.reuse_detected', 'session.revoked'),
    ],
    'Refusals (unauthorized: by the authorizer)': logged(
      'access.denied:unauthorized',
      'access.denied:forbidden',
      'access.denied:origin_not_allowed',
      'access.denied:invalid_refresh_token',
      'access.denied:session_ended',
      'access.denied:too_many_attempts',
    ),
    Requests: [ofApi('Count'), ofApi('4xx'), ofApi('5xx')],
    'Failures and cold starts': logged(...failureTypes, 'function.started'),
    'Latency, all routes (ms)': [ofApi('Latency', 'p50'), ofApi('Latency', 'p95')],
    ...Object.fromEntries(durations),
    Mails: [
      ...logged(
        'mail.sent',
        'mail.withheld',
        'mail.rejected',
        'mail.lost',
        'mail.bounced',
        'mail.complained',
      ),
      ...droppedRecords(entries),
    ],
    'DynamoDB units': ofTables(tables, 'ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'),
    'DynamoDB throttles': throttled(tables),
  }
}

const lineOf = ({ label, namespace, name, dimensions, stat }: Metric): readonly unknown[] => [
  namespace,
  name,
  ...Object.entries(dimensions).flat(),
  { label, stat },
]
