/** One entry is one line of JSON on standard output, as CloudWatch Logs and its query language expect. */
export function log(level: 'info' | 'error', entry: { readonly [name: string]: unknown }): void {
  // JSON.stringify leaves these as they are, and some log readers break lines at them (ASVS 16.4.1).
  const line = JSON.stringify({ time: new Date().toISOString(), level, ...entry }).replace(
    /[\u007F-\u009F\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  process.stdout.write(`${line}\n`)
}

/**
 * A security event, and its count as a metric: CloudWatch makes `Cardea/events` by `type` of these lines (embedded
 * metric format), which costs the function nothing. `callerId` is the user who asked, where one was logged in.
 */
export function logEvent(
  event: { readonly type: string },
  request: { readonly callerId?: string | undefined; readonly ip: string; readonly requestId: string },
): void {
  const metrics = [
    { Namespace: 'Cardea', Dimensions: [['type']], Metrics: [{ Name: 'events', Unit: 'Count' }] },
  ]
  log('info', {
    ...event,
    ...request,
    events: 1,
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: metrics },
  })
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
