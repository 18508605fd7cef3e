import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { type Contract, refusalsOf } from '../contract/contract.ts'
import type { SecurityEvent } from '../domain/security-events.ts'
import { failedAt, InterruptedFlow } from '../domain/social-ends.ts'
import type { SocialDestinations, SocialError } from '../domain/social-ports.ts'
import { logEvent } from '../log.ts'
import { problems, refusalOf } from './problem-details.ts'

export interface Destined {
  readonly socialDestinations: SocialDestinations
}
/** A handler whose contract has `redirectsFailures` must name the service `socialDestinations`. */
export type Redirecting<C extends Contract> = C['redirectsFailures'] extends true
  ? { readonly socialDestinations: () => SocialDestinations }
  : unknown

/**
 * The error handler of `redirectsFailures`. A failure of ours is logged as everywhere. Then the browser goes on to where its flow
 * should have ended, or to the login page. If the services could not be created, that page is unknown, and the answer is a problem.
 */
export function failureRedirects(
  contract: Contract,
  loginPage: () => string,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const declared = refusalsOf(contract)
  const { onError: answerProblem } = problems(contract)
  const [status = 302] = Object.keys(contract.responses).map(Number)
  const redirectTo = (page: string, error: SocialError) => ({
    statusCode: status,
    headers: { 'Cache-Control': 'no-store', Location: failedAt(page, error) },
  })
  return {
    onError(request) {
      const { error, event, context } = request
      const refusal = refusalOf(error)
      const isDeclared = refusal !== undefined && declared.has(refusal.code)
      if (refusal && !isDeclared && refusal.code !== 'unavailable') {
        const failed: SecurityEvent = {
          type: 'social.failed',
          error: 'provider_error',
          reason: refusal.code,
        }
        const { sourceIp: ip } = event.requestContext.http
        logEvent(failed, { actor: undefined, ip, requestId: context.awsRequestId })
        request.response = redirectTo(loginPage(), failed.error)
        return
      }
      answerProblem?.(request)
      const page = error instanceof InterruptedFlow ? error.redirect : pageOf(loginPage)
      if (!isDeclared && page !== undefined) request.response = redirectTo(page, 'unavailable')
    },
  }
}

function pageOf(loginPage: () => string): string | undefined {
  try {
    return loginPage()
  } catch {
    return undefined
  }
}
