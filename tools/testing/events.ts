import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'

export interface TestRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  /** The parameters of the path, by their names. */
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  /** The query as it is sent, where `query` could not say it: with a parameter twice. */
  readonly rawQuery?: string
  /** `HEAD` at the route of a GET. */
  readonly method?: 'HEAD'
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly isBase64Encoded?: boolean
  readonly ip?: string
}

/** The event that API Gateway (HTTP API, payload 2.0) makes of a request. The authorizer answered `caller`. */
export function eventOf(route: string, request: TestRequest, caller?: object): APIGatewayProxyEventV2 {
  const [method = '', path = ''] = route.split(' ')
  const { body, cookies, params, query, ip = '198.51.100.7', isBase64Encoded = false } = request
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: request.rawQuery ?? new URLSearchParams(query).toString(),
    ...(params && { pathParameters: { ...params } }),
    ...(query && { queryStringParameters: { ...query } }),
    headers: {
      ...(text !== undefined && { 'content-type': 'application/json' }),
      'user-agent': 'a test',
      ...request.headers,
    },
    ...(cookies && { cookies: [...cookies] }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'auth.example.com',
      domainPrefix: 'auth',
      http: {
        method: request.method ?? method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: ip,
        userAgent: 'a test',
      },
      requestId: randomUUID(),
      routeKey: route,
      stage: '$default',
      time: '01/Jan/2027:00:00:00 +0000',
      timeEpoch: 0,
      ...(caller && { authorizer: { lambda: caller } }),
    },
    ...(text !== undefined && { body: text }),
    isBase64Encoded,
  }
}

/** Lambda's context of an invocation, with its remaining time if that matters. */
export const context = (milliseconds?: number) =>
  ({
    awsRequestId: randomUUID(),
    ...(milliseconds !== undefined && { getRemainingTimeInMillis: () => milliseconds }),
  }) as Context
