import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { unescape as decode } from 'node:querystring'
import { buffer } from 'node:stream/consumers'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { Invoke } from '../stream-poller.ts'
import { authorizerEventOf, eventOf } from './events.ts'
import type { Deployment } from './template.ts'

type Answer = APIGatewayProxyStructuredResultV2
type Headers = Readonly<Record<string, string>>

const BODY_LIMIT_BYTES = 10 * 1024 * 1024
/** For the request line and all headers together. */
const HEADER_LIMIT_BYTES = 10_240

/** An answer of the gateway itself. */
const own = (statusCode: number, message: string): Answer => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
})
const unauthorized = own(401, 'Unauthorized')
const failed = own(500, 'Internal Server Error')

/**
 * Answers HTTP as API Gateway's HTTP API does, with the routes, the authorizer and the CORS settings of a template. Unlike AWS it
 * has no throttling, roles, TLS, time-out of its own and cache of the authorizer's decisions.
 */
export function gateway(
  { routes, cors }: Pick<Deployment, 'routes' | 'cors'>,
  invoke: (name: string, event: object) => Promise<unknown>,
): Server {
  const patterns = routes
    // A literal segment goes before a parameter: `{` sorts after every letter.
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((route) => {
      const pattern = route.key.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
      return { ...route, pattern: new RegExp(`^${pattern}$`) }
    })

  async function answer(request: IncomingMessage): Promise<Answer> {
    if (cors && request.method === 'OPTIONS') return { statusCode: 204 }
    const body = await buffer(request)
    if (body.length > BODY_LIMIT_BYTES) return own(413, 'Request Entity Too Large')
    const requested = `${request.method} ${new URL(`http://host${request.url}`).pathname}`
    const route = patterns.find(({ pattern }) => pattern.test(requested))
    if (!route) return own(404, 'Not Found')
    const params = Object.entries(route.pattern.exec(requested)?.groups ?? {})
    const decoded = Object.fromEntries(params.map(([name, value]) => [name, decode(value)]))
    const event = eventOf(request, body, route.key, decoded)
    if (route.authorizer) {
      const decision = await authorize((asked) => invoke(String(route.authorizer), asked), event)
      if (!('context' in decision)) return decision
      Object.assign(event.requestContext, { authorizer: { lambda: decision.context } })
    }
    return (await invoke(route.function, event)) as Answer
  }

  return createServer({ maxHeaderSize: HEADER_LIMIT_BYTES }, async (request, response) => {
    send(response, await answer(request).catch(() => failed), cors && corsHeaders(cors, request))
  })
}

/** Gives what the authorizer says of the caller, or the answer that refuses the request. */
async function authorize(
  invoke: Invoke,
  event: APIGatewayProxyEventV2,
): Promise<Answer | { readonly context: unknown }> {
  const { authorization } = event.headers
  if (!authorization) return unauthorized
  const decision = await invoke(authorizerEventOf(event, [authorization])).catch((error: Error) => error)
  if (decision instanceof Error) return decision.message === 'Unauthorized' ? unauthorized : failed
  const { isAuthorized, context = null } = (decision ?? {}) as { isAuthorized?: unknown; context?: unknown }
  if (typeof isAuthorized !== 'boolean') return failed
  return isAuthorized ? { context } : own(403, 'Forbidden')
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
