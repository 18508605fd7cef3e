import type { SecurityEvent } from '../../lib/domain/security-events.ts'
import { readTables } from '../generate/tables-yml.ts'

/** Failures of our own, by the type of their log line, and how many in five minutes are worth a call. */
export const failures = {
  // Its settings are wrong: each of its requests fails.
  'function.not_started': 1,
  'authorizer.failed': 5,
  'request.failed': 5,
  // A mail is tried ten times.
  'mail.failed': 20,
  'mail.invalid_job': 1,
  // The rotation of keys: it is called again in a day.
  'schedule.failed': 1,
}

/** The type of a line of the log. */
type LineType = SecurityEvent['type'] | keyof typeof failures | 'function.started'

/** One metric, as an alarm watches it and the dashboard draws it. `${...}` in a dimension is CloudFormation's. */
export interface Metric {
  readonly label: string
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly stat: 'Sum' | 'Average' | 'p50' | 'p95'
}
export type Events = ReturnType<typeof events>

/** Seconds of one point of each. */
export const PERIOD = 300

/** How often a stage logged lines of a type; of those that `lib/log.ts` counts by their reason, with one. */
export const events =
  (namespace: string) =>
  (type: LineType, reason?: string): Metric => ({
    label: reason ?? type,
    namespace,
    name: 'events',
    dimensions: { type, ...(reason && { reason }) },
    stat: 'Sum',
  })

/** A metric of the gateway, over all routes: those of single routes would each be paid for. */
export const ofApi = (name: 'Count' | '4xx' | '5xx' | 'Latency', stat: Metric['stat']): Metric => ({
  label: `${name} ${stat === 'Sum' ? '' : stat}`.trim(),
  namespace: 'AWS/ApiGateway',
  name,
  dimensions: { ApiId: `\${HttpApi}` },
  stat,
})

/** A metric of a function, by its logical id. */
export const ofFunction = (id: string, label: string, name: string, stat: Metric['stat']): Metric => ({
  label,
  namespace: 'AWS/Lambda',
  name,
  dimensions: { FunctionName: `\${${id}}` },
  stat,
})

/** A metric of a table, or of an index of it. */
export const ofTable = (id: string, name: string, index?: string): Metric => ({
  label: `${id}${index ? ` ${index}` : ''} ${name}`,
  namespace: 'AWS/DynamoDB',
  name,
  dimensions: { TableName: `\${${id}}`, ...(index && { GlobalSecondaryIndexName: index }) },
  stat: 'Sum',
})

/** A rate of all mails of the account, from 0 to 1. */
export const ofSes = (name: 'Reputation.BounceRate' | 'Reputation.ComplaintRate'): Metric => ({
  label: name,
  namespace: 'AWS/SES',
  name,
  dimensions: {},
  stat: 'Average',
})

/** The tables of lib/storage/tables.yml, each with its indexes. */
export const tables = readTables().flatMap(({ id, indexes }) =>
  [undefined, ...indexes].map((index) => ({ id, ...(index && { index }) })),
)

/** What Lambda gave up handing over from a stream, too old or tried too often. */
export const dropped = (mapping: string): Metric => ({
  label: 'given up by Lambda',
  namespace: 'AWS/Lambda',
  name: 'DroppedEventCount',
  dimensions: { EventSourceMappingUUID: `\${${mapping}}` },
  stat: 'Sum',
})
