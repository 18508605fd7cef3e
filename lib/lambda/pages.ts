import middy, { type MiddlewareObj } from '@middy/core'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { describeError, log } from '../log.ts'
import { httpSemantics } from './http-semantics.ts'

type Respond = (event: APIGatewayProxyEventV2) => APIGatewayProxyStructuredResultV2
type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

/** Makes the handler of a function that serves web pages. `responder` is created on the first request. */
export function pages(responder: () => Respond): Handler {
  let respond: Respond | undefined
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(httpSemantics() as MiddlewareObj)
    .use(httpHeaderNormalizer() as MiddlewareObj)
    .onError((request) => {
      const { awsRequestId: requestId } = request.context
      log('error', {
        type: 'request.failed',
        route: request.event.routeKey,
        requestId,
        error: describeError(request.error),
      })
      request.response = {
        statusCode: 500,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
        body: `This page failed. Its operators find the reason in the log, by ${requestId}.`,
      }
    })
    .handler(async (event: APIGatewayProxyEventV2) => {
      respond ??= responder()
      return respond(event)
    }) as unknown as Handler
}
