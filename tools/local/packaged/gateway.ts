import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { answerOf, authorizerEventOf, type Event, eventOf } from './events.ts'
import type { LambdaFunction } from './function.ts'
import type { CorsConfiguration, DeployedAuthorizer, Deployment } from './template.ts'

type Answer = APIGatewayProxyStructuredResultV2

const BODY_LIMIT_BYTES = 10 * 1024 * 1024
/** Of the request line and all headers together. */
const HEADER_LIMIT_BYTES = 10_240

/** A sentence that the gateway says by itself. */
const own = (statusCode: number, message: string): Answer => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
})
const failed = () => own(500, 'Internal Server Error')

/**
 * Answers HTTP as API Gateway's HTTP API does over the routes, the authorizer and the CORS of a template. It is not AWS:
 * nothing is throttled, no role is enforced, and there is no TLS.
 */
export function gateway(
  { routes, cors }: Pick<Deployment, 'routes' | 'cors'>,
  functions: ReadonlyMap<string, LambdaFunction>,
): Server {
  const call = (arn: string, event: unknown) => {
    const called = functions.get(arn)
    if (!called) throw new Error(`The template names ${arn}, which it does not have`)
    return called.invoke(event)
  }
  const authorize = authorizing(call)

  async function answer(request: IncomingMessage): Promise<Answer> {
    if (cors && request.method === 'OPTIONS') return { statusCode: 204, headers: preflight(cors, request) }
    const body = await bodyOf(request)
    if (!body) return own(413, 'Request Entity Too Large')
    const found = findRoute(routes, request)
    if (!found) return own(404, 'Not Found')
    const { route } = found
    const event = eventOf(request, body, found)
    if (route.authorizer) {
      const decision = await authorize(route.authorizer, event)
      if ('refusal' in decision) return decision.refusal
      Object.assign(event.requestContext, { authorizer: { lambda: decision.context } })
    }
    const patience = new Promise<Answer>((resolve) => {
      setTimeout(() => resolve(own(503, 'Service Unavailable')), route.timeoutMs).unref()
    })
    return Promise.race([patience, call(route.functionArn, event).then(answerOf, failed)])
  }

  return createServer({ maxHeaderSize: HEADER_LIMIT_BYTES }, async (request, response) => {
    const given = await answer(request).catch(failed)
    send(response, given, cors && request.method !== 'OPTIONS' ? allowed(cors, request) : undefined)
  })
}

/** The route that says most of a path: a part that is spelled out goes before a parameter. */
function findRoute(routes: Deployment['routes'], { method, url = '' }: IncomingMessage) {
  const segments = new URL(`http://host${url}`).pathname.split('/').slice(1)
  const isParameter = (segment: string) => segment.startsWith('{')
  const [route] = routes
    .filter((each) => each.method === method && each.segments.length === segments.length)
    .filter((each) => each.segments.every((part, at) => isParameter(part) || part === segments[at]))
    .sort((a, b) => rank(a.segments).localeCompare(rank(b.segments)))
  if (!route) return undefined
  const params = route.segments.flatMap((part, at) =>
    isParameter(part) ? [[part.slice(1, -1), decoded(segments[at] ?? '')]] : [],
  )
  return { route, params: Object.fromEntries(params) as Record<string, string> }
}

const rank = (segments: readonly string[]) => segments.map((part) => (part.startsWith('{') ? 1 : 0)).join('')

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Asks the authorizer, or remembers for as long as the template says; answers what is refused. */
function authorizing(call: (arn: string, event: unknown) => Promise<unknown>) {
  const remembered = new Map<string, { readonly until: number; readonly decision: unknown }>()
  return async (
    authorizer: DeployedAuthorizer,
    event: Event,
  ): Promise<{ refusal: Answer } | { context: unknown }> => {
    const identity = authorizer.identityHeaders.map((name) => event.headers[name] ?? '')
    if (identity.includes('')) return { refusal: own(401, 'Unauthorized') }
    const key = JSON.stringify([authorizer.id, identity])
    const known = remembered.get(key)
    let decision = known && known.until > Date.now() ? known.decision : undefined
    if (!decision) {
      try {
        decision = await call(authorizer.functionArn, authorizerEventOf(event, identity))
      } catch (error) {
        const isRefusal = (error as Error).message === 'Unauthorized'
        return { refusal: isRefusal ? own(401, 'Unauthorized') : failed() }
      }
      remembered.set(key, { until: Date.now() + authorizer.cacheSeconds * 1000, decision })
    }
    const { isAuthorized, context } = (decision ?? {}) as { isAuthorized?: unknown; context?: unknown }
    if (typeof isAuthorized !== 'boolean') return { refusal: failed() }
    return isAuthorized ? { context: context ?? null } : { refusal: own(403, 'Forbidden') }
  }
}

/** `undefined` if it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    // What is left is read and dropped: closing now would cut off the answer.
    if (bytes <= BODY_LIMIT_BYTES) chunks.push(chunk)
  }
  return bytes > BODY_LIMIT_BYTES ? undefined : Buffer.concat(chunks)
}

type Headers = Record<string, string>

function preflight(cors: CorsConfiguration, request: IncomingMessage): Headers {
  const origin = allowed(cors, request)
  if (!origin['access-control-allow-origin'] || !request.headers['access-control-request-method']) return {}
  const { 'access-control-expose-headers': _, ...headers } = origin
  return {
    ...headers,
    'access-control-allow-methods': (cors.AllowMethods ?? []).join(','),
    'access-control-allow-headers': (cors.AllowHeaders ?? []).join(','),
    ...(cors.MaxAge !== undefined && { 'access-control-max-age': String(cors.MaxAge) }),
  }
}

function allowed(cors: CorsConfiguration, { headers: { origin = '' } }: IncomingMessage): Headers {
  if (!cors.AllowOrigins.includes(origin)) return {}
  return {
    'access-control-allow-origin': origin,
    ...(cors.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.ExposeHeaders && { 'access-control-expose-headers': cors.ExposeHeaders.join(',') }),
  }
}

/**
 * With CORS in the template, what a function says of CORS is dropped. AWS writes that its headers are added to answers of
 * functions and nothing of its own refusals: here all answers have them.
 */
function send(response: ServerResponse, answer: Answer, cors: Headers | undefined): void {
  const { statusCode = 200, headers = {}, cookies = [], body = '', isBase64Encoded } = answer
  response.statusCode = statusCode
  for (const [name, value] of Object.entries(headers)) {
    if (cors && name.toLowerCase().startsWith('access-control-')) continue
    response.setHeader(name.toLowerCase(), String(value))
  }
  for (const [name, value] of Object.entries(cors ?? {})) response.setHeader(name, value)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  response.setHeader('apigw-requestid', randomUUID())
  response.end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'))
}
