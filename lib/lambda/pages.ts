import middy, { type MiddlewareObj } from '@middy/core'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { Refusal } from '../domain/refusal.ts'
import { describeError, log } from '../log.ts'
import { httpSemantics } from './http-semantics.ts'
import { readClientAddress, type TrustedProxies } from './trusted-proxies.ts'

interface Responder {
  readonly respond: (event: APIGatewayProxyEventV2) => APIGatewayProxyStructuredResultV2
  readonly trustedProxies: TrustedProxies
}
type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

/** Makes the handler of a function that serves web pages. `responder` is created on the first request. */
export function pages(responder: () => Responder): Handler {
  let created: Responder | undefined
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpSemantics() as MiddlewareObj)
    .use(httpHeaderNormalizer() as MiddlewareObj)
    .onError((request) => {
      const { awsRequestId: requestId } = request.context
      const headers = {
        'Content-Type': 'text/plain; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
      }
      if (request.error instanceof Refusal) {
        request.response = { statusCode: 403, headers, body: 'This address is not open to you.' }
        return
      }
      log('error', {
        type: 'request.failed',
        route: request.event.routeKey,
        requestId,
        error: describeError(request.error),
      })
      request.response = {
        statusCode: 500,
        headers,
        body: `This page failed. Its operators find the reason in the log, by ${requestId}.`,
      }
    })
    .handler(async (event: APIGatewayProxyEventV2) => {
      created ??= responder()
      readClientAddress(event, created.trustedProxies)
      return created.respond(event)
    }) as unknown as Handler
}
