import { metricsNamespace } from './config.ts'

/** Events whose reason is a word of a short list: counted apart by it. Each pair is a metric to pay for. */
const countedByReason: ReadonlySet<string> = new Set(['login.failed', 'access.denied'])

/**
 * One entry is one line of JSON on standard output, as CloudWatch Logs and its query language expect, and one count of its
 * `type`: CloudWatch makes the metric `events` of these lines (embedded metric format), which costs the function nothing.
 */
export function log(
  level: 'info' | 'error',
  entry: { readonly type: string; readonly [name: string]: unknown },
): void {
  const Dimensions = [countedByReason.has(entry.type) ? ['type', 'reason'] : ['type']]
  const Metrics = [{ Name: 'events', Unit: 'Count' }]
  const CloudWatchMetrics = [{ Namespace: metricsNamespace(), Dimensions, Metrics }]
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics }
  // JSON.stringify leaves these as they are, and some log readers break lines at them (ASVS 16.4.1).
  const line = JSON.stringify({ time: new Date().toISOString(), level, ...entry, events: 1, _aws }).replace(
    /[\u007F-\u009F\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  process.stdout.write(`${line}\n`)
}

/** Where an event comes from. `actor` is the id of the user who asked, or `system` where we act by ourselves. */
export interface Origin {
  readonly actor: string | undefined
  readonly ip?: string
  readonly requestId: string
}

/** A security event, with who did it; to whom is the `userId` of the event. `anonymous` is a caller without an access token. */
export function logEvent(
  event: { readonly type: string },
  { actor = 'anonymous', ...request }: Origin,
): void {
  log('info', { ...event, actor, ...request })
}

/** What went wrong and where, for a log: name, message and the place it was thrown at, down the chain of causes. */
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
