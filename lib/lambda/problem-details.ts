import { STATUS_CODES } from 'node:http'
import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type * as z from 'zod/mini'
import { type Contract, refusalsOf } from '../contract/contract.ts'
import { errors } from '../contract/errors.ts'
import type { problem } from '../contract/models.ts'
import { Refusal, type RefusalCode } from '../domain/refusal.ts'
import { refusalEvents, type SecurityEvent } from '../domain/security-events.ts'
import { describeError, log, logEvent } from '../log.ts'

/** In seconds. Well below any useful refresh grace period, so that a retry falls within it. */
const RETRY_AFTER = 1

/**
 * The only error handler. A refusal that the contract declares becomes its problem details (RFC 9457). Any other error is
 * logged and answered with 500 and the request id.
 */
export function problems(contract: Contract): MiddlewareObj<APIGatewayProxyEventV2> {
  const declared = refusalsOf(contract)
  return {
    onError(request) {
      const { awsRequestId: requestId } = request.context
      const refusal = refusalOf(request.error)
      const route = `${contract.method} ${contract.path}`
      const isPromised = refusal !== undefined && declared.has(refusal.code)
      if (!isPromised || refusal.code === 'unavailable') {
        log('error', {
          type: 'request.failed',
          route,
          requestId,
          error: describeError(request.error),
        })
      }
      const type = isPromised ? typeOf(refusal) : undefined
      if (isPromised && type) {
        const { sourceIp: ip } = request.event.requestContext.http
        const event: SecurityEvent = { type, route, reason: refusal.code, ...refusal.subject }
        logEvent(event, { actor: callerIdOf(request.event), ip, requestId })
      }
      request.response = answer(isPromised ? refusal : undefined, requestId)
    },
  }
}

/** The security event of a refusal, on any route, if this handler records it. */
function typeOf({ code, isAttempt }: Refusal): 'access.denied' | 'secret.refused' | undefined {
  const type = (refusalEvents as Partial<Record<RefusalCode, SecurityEvent['type']>>)[code]
  if (type === 'secret.refused') return isAttempt ? type : 'access.denied'
  return type === 'access.denied' ? type : undefined
}

/** The id of the refused user, from the authorizer, on a protected route. */
const callerIdOf = ({ requestContext }: APIGatewayProxyEventV2) =>
  (requestContext as { authorizer?: { lambda?: { userId?: string } } }).authorizer?.lambda?.userId

/** Maps Middy's own errors to refusals. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  const { statusCode, cause } = (error ?? {}) as {
    statusCode?: number
    cause?: { package?: string; data?: unknown }
  }
  // Middy's early time-out answers shortly before Lambda would end the function.
  if (cause?.package === '@middy/core') return new Refusal('unavailable', { cause: error })
  if (cause?.package !== '@middy/http-json-body-parser') return undefined
  if (statusCode === 415) return new Refusal('unsupported_media_type')
  const forbidden = cause.data === '__proto__' || cause.data === 'constructor' ? cause.data : undefined
  return new Refusal('invalid_request', {
    issues: [
      forbidden
        ? { path: forbidden, message: 'is not a field of this request' }
        : { path: 'body', message: 'must be JSON' },
    ],
  })
}

function answer(refusal: Refusal | undefined, requestId: string): APIGatewayProxyStructuredResultV2 {
  const { status, detail } = refusal
    ? errors[refusal.code]
    : { status: 500, detail: 'An unexpected error occurred. Report the request id to the operators.' }
  const body: z.input<typeof problem> = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? '',
    status,
    detail,
    code: refusal?.code ?? 'internal_error',
    requestId,
    ...refusal?.members,
    ...(refusal?.issues.length && { errors: [...refusal.issues] }),
  }
  return {
    statusCode: status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Cache-Control': 'no-store',
      // RFC 9110 15.5.2: a 401 names the accepted scheme.
      ...(status === 401 && { 'WWW-Authenticate': challengeOf(refusal) }),
      ...(status === 503 && { 'Retry-After': String(RETRY_AFTER) }),
      ...(refusal?.retryAfter && { 'Retry-After': String(refusal.retryAfter) }),
    },
    body: JSON.stringify(body),
  }
}

/** RFC 9470 section 3: says how old the last proof may be. */
const challengeOf = (refusal: Refusal | undefined): string =>
  refusal?.members.maxAge === undefined
    ? 'Bearer'
    : `Bearer error="insufficient_user_authentication", max_age="${refusal.members.maxAge}"`
