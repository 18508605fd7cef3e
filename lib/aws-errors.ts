/** The fields of an AWS SDK or Node error that show whether it is transient. */
export interface AwsFailure {
  readonly name?: string
  readonly code?: string | undefined
  readonly status?: number | undefined
}

const transientNames =
  /Throttl|TooMany|^(Request)?LimitExceeded(Exception)?$|ProvisionedThroughputExceeded|TransactionInProgress|^TimeoutError$/

/** Whether a call to AWS failed for a transient reason: no connection, a fault of the service, or throttling. */
export function isTransient({ name = '', code = '', status = 0 }: AwsFailure): boolean {
  // Node's system errors (ECONNREFUSED, ETIMEDOUT ...) mean a connection that failed or broke.
  if (/^(E(?!RR_)[A-Z_]+|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) return true
  return status >= 500 || transientNames.test(name)
}
