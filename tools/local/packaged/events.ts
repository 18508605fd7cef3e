import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  APIGatewayRequestAuthorizerEventV2,
} from 'aws-lambda'
import { ACCOUNT, REGION } from './intrinsics.ts'
import type { DeployedRoute } from './template.ts'

export type Event = APIGatewayProxyEventV2

/** The event that API Gateway (HTTP API, payload 2.0) makes of a request to a route. */
export function eventOf(
  request: IncomingMessage,
  body: Buffer,
  { route, params }: { route: DeployedRoute; params: Readonly<Record<string, string>> },
): Event {
  const { pathname, search, searchParams } = new URL(`http://host${request.url}`)
  const { cookie, connection: _, ...headers } = request.headersDistinct
  const sourceIp = (request.socket.remoteAddress ?? '').replace('::ffff:', '')
  const isText = textual.test(request.headers['content-type'] ?? '')
  const now = new Date()
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie && { cookies: cookie.flatMap((line) => line.split(/;[ \t]*/)) }),
    headers: {
      ...joined(Object.entries(headers)),
      'x-amzn-trace-id': `Root=1-${randomUUID()}`,
      'x-forwarded-for': [...(headers['x-forwarded-for'] ?? []), sourceIp].join(', '),
      'x-forwarded-proto': 'http',
    },
    ...(searchParams.size > 0 && {
      queryStringParameters: joined([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)])),
    }),
    ...(Object.keys(params).length > 0 && { pathParameters: params }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'httpapi',
      domainName: request.headers.host ?? '',
      domainPrefix: 'httpapi',
      http: {
        method: request.method ?? '',
        path: pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.key,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

/** What API Gateway hands on as text; anything else goes as base64. */
const textual = /^\s*(text\/|application\/(json|xml|javascript)\b)/i

/** Payload 2.0 knows no lists: what came several times is joined by commas. */
const joined = (pairs: readonly (readonly [string, readonly string[] | undefined])[]) =>
  Object.fromEntries(pairs.map(([name, values = []]) => [name, values.join(',')]))

/** The same request as the authorizer is shown it. */
export function authorizerEventOf(
  { body: _, isBase64Encoded: __, ...event }: Event,
  identitySource: readonly string[],
): APIGatewayRequestAuthorizerEventV2 {
  const { method, path } = event.requestContext.http
  return {
    ...event,
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:httpapi/$default/${method}${path}`,
    identitySource: [...identitySource],
  } as APIGatewayRequestAuthorizerEventV2
}

/** The answer that API Gateway makes of what a function gave: without a status, all of it is the body. */
export function answerOf(result: unknown): APIGatewayProxyStructuredResultV2 {
  if (typeof result === 'object' && result !== null && 'statusCode' in result)
    return result as APIGatewayProxyStructuredResultV2
  const headers = { 'content-type': 'application/json' }
  return { statusCode: 200, headers, body: typeof result === 'string' ? result : JSON.stringify(result) }
}
