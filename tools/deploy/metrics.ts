import type { SecurityEvent } from '../../lib/domain/security-events.ts'
import { functionName, mappingName } from '../generate/functions-yml.ts'
import { type Entry, isStream } from '../generate/registry.ts'
import { readTables } from '../generate/tables-yml.ts'

/** Our own failures by the type of their log line, and how many in five minutes raise an alarm. */
export const failures = {
  // The settings are wrong, so every request to the function fails.
  'function.not_started': 1,
  'authorizer.failed': 5,
  'request.failed': 5,
  // A mail is tried ten times.
  'mail.failed': 20,
  'mail.invalid_job': 1,
  // The rotation of keys. It runs again the next day.
  'schedule.failed': 1,
}
export type FailureType = keyof typeof failures
export const failureTypes = Object.keys(failures) as FailureType[]

/** One metric, as an alarm watches it and the dashboard draws it. CloudFormation replaces `${...}` in a dimension. */
export interface Metric {
  readonly label: string
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly stat: 'Sum' | 'Average' | 'p50' | 'p95'
}

/** Seconds between two points of each metric. */
export const PERIOD = 300

const metric = (namespace: string, name: string, others: Partial<Metric> = {}): Metric => ({
  ...{ namespace, name, label: name, dimensions: {}, stat: 'Sum' },
  ...others,
})

type LineType = SecurityEvent['type'] | FailureType | 'function.started'

/** How often a stage logged lines of each type. `type:reason` counts one reason, for the types that `lib/log.ts` counts by it. */
export const logMetrics =
  (service: string, stage: string) =>
  (...lines: readonly (LineType | `${LineType}:${string}`)[]): Metric[] =>
    lines.map((line) => {
      const [type = '', reason] = line.split(':')
      const dimensions = { type, ...(reason && { reason }) }
      return metric(`${service}-${stage}`, 'events', { label: reason ?? type, dimensions })
    })
export type Logged = ReturnType<typeof logMetrics>

/** A metric of the gateway, over all routes. Metrics of single routes would cost extra. */
export const ofApi = (name: 'Count' | '4xx' | '5xx' | 'Latency', stat: Metric['stat'] = 'Sum'): Metric =>
  metric('AWS/ApiGateway', name, {
    label: stat === 'Sum' ? name : `${name} ${stat}`,
    dimensions: { ApiId: `\${HttpApi}` },
    stat,
  })

/** A metric of one function. */
export const ofFunction = (entry: Entry, name: string, others: Partial<Metric> = {}): Metric =>
  metric('AWS/Lambda', name, { ...others, dimensions: { FunctionName: `\${${functionName(entry)}}` } })

/** The records of a stream that Lambda gave up: too old, or tried too often. */
export const droppedRecords = (entries: readonly Entry[]): Metric[] =>
  entries.filter(isStream).map((entry) =>
    metric('AWS/Lambda', 'DroppedEventCount', {
      label: 'given up by Lambda',
      dimensions: { EventSourceMappingUUID: `\${${mappingName(entry)}}` },
    }),
  )

/** The tables of lib/storage/tables.yml, each followed by its indexes. */
export const tables: readonly { readonly id: string; readonly index?: string }[] = readTables().flatMap(
  ({ id, indexes }) => [{ id }, ...indexes.map((index) => ({ id, index }))],
)

/** Metrics of some tables, and of their indexes. */
export const ofTables = (places: typeof tables, ...names: readonly string[]): Metric[] =>
  places.flatMap(({ id, index }) =>
    names.map((name) =>
      metric('AWS/DynamoDB', name, {
        label: `${index ? `${id} ${index}` : id} ${name}`,
        dimensions: { TableName: `\${${id}}`, ...(index && { GlobalSecondaryIndexName: index }) },
      }),
    ),
  )
export const throttled = (places: typeof tables): Metric[] =>
  ofTables(places, 'ReadThrottleEvents', 'WriteThrottleEvents')

/** A rate of all mails of the AWS account, from 0 to 1. */
export const ofSes = (name: 'Reputation.BounceRate' | 'Reputation.ComplaintRate'): Metric =>
  metric('AWS/SES', name, { stat: 'Average' })
