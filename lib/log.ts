import { metricsNamespace } from './config.ts'

/** Events with a short list of reasons, which are counted per reason. Each pair is a metric that costs money. */
const countedByReason: ReadonlySet<string> = new Set(['login.failed', 'access.denied'])

/**
 * Writes one line of JSON to standard output, for CloudWatch Logs and its query language. CloudWatch counts the lines by `type`
 * in the metric `events` (embedded metric format), without a request by the function.
 */
export function log(
  level: 'info' | 'error',
  entry: { readonly type: string; readonly [name: string]: unknown },
): void {
  const Dimensions = [countedByReason.has(entry.type) ? ['type', 'reason'] : ['type']]
  const Metrics = [{ Name: 'events', Unit: 'Count' }]
  const CloudWatchMetrics = [{ Namespace: metricsNamespace(), Dimensions, Metrics }]
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics }
  // JSON.stringify does not escape these characters, and some log readers break lines at them (ASVS 16.4.1).
  const line = JSON.stringify({ time: new Date().toISOString(), level, ...entry, events: 1, _aws }).replace(
    /[\u007F-\u009F\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  process.stdout.write(`${line}\n`)
}

/**
 * The origin of an event. `actor` is the id of the user who made the request, or `system` for the functions that no user calls.
 */
export interface Origin {
  readonly actor: string | undefined
  readonly ip?: string
  readonly requestId: string
}

/**
 * Logs a security event and its actor; its `userId` is the user whom it is about. `anonymous` is a caller without an access
 * token.
 */
export function logEvent(
  event: { readonly type: string },
  { actor = 'anonymous', ...request }: Origin,
): void {
  log('info', { ...event, actor, ...request })
}

/** Describes an error for the log: name, message and place, and those of its causes. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error }
  const place = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '))
  return {
    name: error.name,
    message: error.message,
    ...(place && { at: place.trim().slice(3) }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  }
}
