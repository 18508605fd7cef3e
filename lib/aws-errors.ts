/** What of an exception of the AWS SDK, or of Node, says whether it passes. */
export interface AwsFailure {
  readonly name?: string
  readonly code?: string
  readonly status?: number | undefined
}

const transientNames =
  /Throttl|TooMany|LimitExceeded|ProvisionedThroughputExceeded|TransactionInProgress|^TimeoutError$/

/** Whether a call to AWS failed for a reason that passes by itself: no connection, a fault of the service, or throttling. */
export function isTransient({ name = '', code = '', status = 0 }: AwsFailure): boolean {
  // Node's system errors (ECONNREFUSED, ETIMEDOUT ...) are a connection that could not be made or kept.
  if (/^(E(?!RR_)[A-Z_]+|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) return true
  return status >= 500 || transientNames.test(name)
}
