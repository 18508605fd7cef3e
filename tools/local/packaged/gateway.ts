import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { unescape as decode } from 'node:querystring'
import { buffer } from 'node:stream/consumers'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { authorizerEventOf, eventOf } from './events.ts'
import type { LambdaFunction } from './function.ts'
import type { Deployment } from './template.ts'

type Answer = APIGatewayProxyStructuredResultV2
type Call = (arn: string, event: object) => Promise<unknown>
type Authorizer = NonNullable<Deployment['routes'][number]['authorizer']>
type Headers = Readonly<Record<string, string>>

const BODY_LIMIT_BYTES = 10 * 1024 * 1024
/** For the request line and all headers together. */
const HEADER_LIMIT_BYTES = 10_240

const json = { 'content-type': 'application/json' }
/** An answer of the gateway itself. */
const own = (statusCode: number, message: string): Answer => ({
  statusCode,
  headers: json,
  body: JSON.stringify({ message }),
})
const unauthorized = own(401, 'Unauthorized')
const failed = own(500, 'Internal Server Error')

/**
 * Answers HTTP as API Gateway's HTTP API does, with the routes, the authorizer and the CORS settings of a template.
 * Unlike AWS it does not throttle, enforces no role and has no TLS.
 */
export function gateway(
  { routes, cors }: Pick<Deployment, 'routes' | 'cors'>,
  functions: ReadonlyMap<string, LambdaFunction>,
): Server {
  const call: Call = async (arn, event) => {
    const called = functions.get(arn)
    if (!called) throw new Error(`The template names ${arn}, which it does not have`)
    return called.invoke(event)
  }
  const authorize = authorizing(call)

  async function answer(request: IncomingMessage): Promise<Answer> {
    if (cors && request.method === 'OPTIONS') return { statusCode: 204 }
    const body = await buffer(request)
    if (body.length > BODY_LIMIT_BYTES) return own(413, 'Request Entity Too Large')
    const found = findRoute(routes, request)
    if (!found) return own(404, 'Not Found')
    const { RouteKey, IntegrationUri, TimeoutInMillis, authorizer } = found.route
    const event = eventOf(request, body, RouteKey, found.params)
    if (authorizer) {
      const decision = await authorize(authorizer, event)
      if (!('context' in decision)) return decision
      Object.assign(event.requestContext, { authorizer: { lambda: decision.context } })
    }
    const timeout = new Promise<Answer>((resolve) => {
      setTimeout(() => resolve(own(503, 'Service Unavailable')), TimeoutInMillis).unref()
    })
    return Promise.race([timeout, call(IntegrationUri, event).then(answerOf)])
  }

  return createServer({ maxHeaderSize: HEADER_LIMIT_BYTES }, async (request, response) => {
    send(response, await answer(request).catch(() => failed), cors && corsHeaders(cors, request))
  })
}

/** Without a status, the whole result of a function is the body. */
function answerOf(result: unknown): Answer {
  if (typeof result === 'object' && result !== null && 'statusCode' in result) return result as Answer
  return {
    statusCode: 200,
    headers: json,
    body: typeof result === 'string' ? result : JSON.stringify(result),
  }
}

function findRoute(routes: Deployment['routes'], { method, url }: IncomingMessage) {
  const requested = `${method} ${new URL(`http://host${url}`).pathname}`.split('/')
  const [route] = routes
    .map((each) => ({ ...each, parts: each.RouteKey.split('/') }))
    .filter(({ parts }) => parts.length === requested.length)
    .filter(({ parts }) => parts.every((part, at) => part.startsWith('{') || part === requested[at]))
    // A literal segment goes before a parameter: `{` sorts after every letter.
    .sort((a, b) => (a.RouteKey < b.RouteKey ? -1 : 1))
  if (!route) return undefined
  const params = route.parts
    .map((part, at) => [part, requested[at] ?? ''] as const)
    .filter(([part]) => part.startsWith('{'))
  return {
    route,
    params: Object.fromEntries(params.map(([part, value]) => [part.slice(1, -1), decode(value)])),
  }
}

/** Gives what the authorizer says of the caller, or the answer that refuses the request. */
function authorizing(call: Call) {
  const cache = new Map<string, { readonly until: number; readonly decision: unknown }>()
  return async (
    { Name, IdentitySource, AuthorizerUri, AuthorizerResultTtlInSeconds }: Authorizer,
    event: APIGatewayProxyEventV2,
  ): Promise<Answer | { readonly context: unknown }> => {
    const identity = IdentitySource.map((header) => event.headers[header] ?? '')
    if (identity.includes('')) return unauthorized
    const key = JSON.stringify([Name, identity])
    let { until = 0, decision } = cache.get(key) ?? {}
    if (until <= Date.now()) {
      decision = await call(AuthorizerUri, authorizerEventOf(event, identity)).catch((error: Error) => error)
      if (decision instanceof Error) return decision.message === 'Unauthorized' ? unauthorized : failed
      cache.set(key, { until: Date.now() + AuthorizerResultTtlInSeconds * 1000, decision })
    }
    const { isAuthorized, context = null } = (decision ?? {}) as { isAuthorized?: unknown; context?: unknown }
    if (typeof isAuthorized !== 'boolean') return failed
    return isAuthorized ? { context } : own(403, 'Forbidden')
  }
}

function corsHeaders(cors: NonNullable<Deployment['cors']>, { method, headers }: IncomingMessage): Headers {
  const { origin = '', 'access-control-request-method': requested } = headers
  if (!cors.AllowOrigins.includes(origin) || (method === 'OPTIONS' && !requested)) return {}
  const both = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
  if (method !== 'OPTIONS') return { ...both, 'access-control-expose-headers': cors.ExposeHeaders.join(',') }
  return {
    ...both,
    'access-control-allow-methods': cors.AllowMethods.join(','),
    'access-control-allow-headers': cors.AllowHeaders.join(','),
    'access-control-max-age': String(cors.MaxAge),
  }
}

/**
 * With CORS in the template, the CORS headers of functions are dropped. AWS does not document whether the gateway's own
 * refusals get CORS headers. Here they do.
 */
function send(response: ServerResponse, answer: Answer, cors: Headers | undefined): void {
  const { statusCode = 200, headers = {}, cookies = [], body = '', isBase64Encoded } = answer
  response.statusCode = statusCode
  for (const [name, value] of Object.entries(headers))
    if (!cors || !/^access-control-/i.test(name)) response.setHeader(name, String(value))
  for (const [name, value] of Object.entries(cors ?? {})) response.setHeader(name, value)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  response.setHeader('apigw-requestid', randomUUID())
  response.end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'))
}
