/** The codes that any operation may end with, besides its own: the network fails, or API Gateway throttles or gets no answer. */
export type CommonCode = 'network_error' | 'too_many_attempts' | 'unavailable'

/** A refusal of the API, or the failure to reach it. Programs decide by `code`. */
export class ApiError<Code extends string = string> extends Error {
  readonly code: Code
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number
  /** Seconds to wait before another try. */
  readonly retryAfter: number
  /** What is wrong with which field: `path` is a field name such as `email`. */
  readonly fields: readonly { readonly path: string; readonly message: string }[]
  /** For a report to the operators of the API. */
  readonly requestId: string | undefined
  /** Of `second_factor_required`: what may be proven. */
  readonly factors: readonly ('totp' | 'passkey' | 'recoveryCode')[]
  /** Of `link_required`: the email of the account that must be proven. */
  readonly email: string | undefined
  /** Of `link_required`: what may prove the account. */
  readonly proofs: readonly ('password' | 'passkey' | 'code')[]
  /** Of `second_factor_required`: completes the login, together with a factor. Keep it in memory only. */
  declare readonly authSession: string
  /** Of `link_required` and `email_required`: completes the login, together with a proof. Keep it in memory only. */
  declare readonly linkSession: string
  /** Of `reauthentication_required`: how many seconds ago the last proof may be. */
  readonly maxAge: number

  constructor(code: Code, message: string, more: Partial<Omit<ApiError, 'code' | 'message'>> = {}) {
    super(message, more.cause === undefined ? {} : { cause: more.cause })
    this.name = 'ApiError'
    this.code = code
    this.status = more.status ?? 0
    this.retryAfter = more.retryAfter ?? 0
    this.fields = more.fields ?? []
    this.requestId = more.requestId
    this.factors = more.factors ?? []
    this.email = more.email
    this.proofs = more.proofs ?? []
    this.maxAge = more.maxAge ?? 0
    // Half a login: what prints or reports an error leaves it out.
    for (const name of ['authSession', 'linkSession'] as const)
      Object.defineProperty(this, name, { value: more[name] ?? '' })
  }
}

/** Answers without a problem document come from API Gateway, which has no codes. */
const codeOfStatus: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  403: 'untrusted_proxy',
  404: 'not_found',
  413: 'payload_too_large',
  429: 'too_many_attempts',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** Reads a refusal: a problem document (RFC 9457) of Cardea, or an answer of API Gateway. */
export function errorOf({ status, headers, statusText }: Response, body: unknown): ApiError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const code = typeof problem.code === 'string' ? problem.code : (codeOfStatus[status] ?? 'internal_error')
  const waits = code === 'too_many_attempts' || code === 'unavailable'
  return new ApiError(code, String(problem.detail ?? problem.message ?? statusText), {
    status,
    // RFC 9110 10.2.3 also allows a date, which Cardea never sends.
    retryAfter: Number(headers.get('retry-after')) || (waits ? 1 : 0),
    ...(Array.isArray(problem.errors) && { fields: problem.errors }),
    ...(typeof problem.requestId === 'string' && { requestId: problem.requestId }),
    ...(Array.isArray(problem.factors) && { factors: problem.factors }),
    ...(Array.isArray(problem.proofs) && { proofs: problem.proofs }),
    ...(typeof problem.email === 'string' && { email: problem.email }),
    ...(typeof problem.authSession === 'string' && { authSession: problem.authSession }),
    ...(typeof problem.linkSession === 'string' && { linkSession: problem.linkSession }),
    ...(typeof problem.maxAge === 'number' && { maxAge: problem.maxAge }),
  })
}
