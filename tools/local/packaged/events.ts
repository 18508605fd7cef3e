import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { ACCOUNT, REGION } from './template.ts'

/** Content types that API Gateway passes on as text. It encodes all others as base64. */
const textual = /^\s*(text\/|application\/(json|xml|javascript)\b)/i

/** Payload 2.0 has no lists: repeated values are joined by commas. */
const joined = (pairs: readonly (readonly [string, readonly string[] | undefined])[]) =>
  Object.fromEntries(pairs.map(([name, values = []]) => [name, values.join(',')]))

/** The event that API Gateway (HTTP API, payload 2.0) makes of a request to a route. */
export function eventOf(
  request: IncomingMessage,
  body: Buffer,
  routeKey: string,
  params: Readonly<Record<string, string>>,
): APIGatewayProxyEventV2 {
  const { pathname, search, searchParams } = new URL(`http://host${request.url}`)
  const { cookie, connection: _, ...headers } = request.headersDistinct
  const sourceIp = (request.socket.remoteAddress ?? '').replace('::ffff:', '')
  const isText = textual.test(request.headers['content-type'] ?? '')
  const now = new Date()
  return {
    version: '2.0',
    routeKey,
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
      routeKey,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

/** The event of the same request for the authorizer. */
export function authorizerEventOf(
  { body: _, isBase64Encoded: __, ...event }: APIGatewayProxyEventV2,
  identitySource: readonly string[],
): object {
  const { method, path } = event.requestContext.http
  const routeArn = `arn:aws:execute-api:${REGION}:${ACCOUNT}:httpapi/$default/${method}${path}`
  return { ...event, type: 'REQUEST', routeArn, identitySource }
}
