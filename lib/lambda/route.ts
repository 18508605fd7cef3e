import middy, { type MiddlewareObj } from '@middy/core'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import * as z from 'zod/mini'
import { type Contract, rolesOf } from '../contract/contract.ts'
import type { Principal } from '../domain/principal.ts'
import type { Browser, OfBrowser } from './browser.ts'
import { checkLoginOrigin } from './cookie-origin.ts'
import { etag } from './etag.ts'
import type { Redirecting } from './failure-redirects.ts'
import { eventsOf, type Factories, type Services, withServices } from './handler-services.ts'
import { httpSemantics } from './http-semantics.ts'
import { checkFreshness, principalOf } from './principal.ts'
import { problems } from './problem-details.ts'
import { type Counted, count } from './rate-limits.ts'
import { presentedTokens } from './refresh-token.ts'
import { clientOf, decodeBody, parse, parseParams, wrongLengths } from './request.ts'
import type { Extra, Reply, RouteInput } from './route-input.ts'
import { securityHeaders } from './security-headers.ts'
import { readClientAddress } from './trusted-proxies.ts'

export type Handler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>

/** The Lambda handler of a route. `over` builds it on other services, for tests. */
export type RouteHandler<F extends Factories> = Handler & {
  over(services: Services<F>): Handler
}

/** An event after the middlewares. API Gateway's events have no `principal`. */
type CheckedEvent = APIGatewayProxyEventV2 & { principal?: Principal }

/**
 * Makes the handler of a route. It checks the request against the contract, runs the steps, removes undeclared fields from the
 * answer, and turns errors into problem details. The steps know nothing of HTTP but the status of their reply.
 */
export function route<const C extends Contract, const F extends Factories>(
  contract: C,
  factories: F & Counted<C> & Redirecting<C>,
  steps: (input: RouteInput<C, F>) => Promise<Reply>,
  ...ofBrowser: OfBrowser<C>
): RouteHandler<F> {
  const browser = (ofBrowser as readonly Browser[]).at(0)
  const build = (services: () => Services<F>): Handler => {
    const handler = middy<CheckedEvent, APIGatewayProxyStructuredResultV2>()
      .use(httpSemantics() as MiddlewareObj)
      .use(securityHeaders() as MiddlewareObj)
      .use((browser?.failures(contract, services) ?? problems(contract)) as MiddlewareObj)
      // First, because limits and logs use this address.
      .before(({ event }) => readClientAddress(event, services().trustedProxies))
      .use(httpHeaderNormalizer() as MiddlewareObj)
    if (browser) handler.before(({ event }) => browser.check(contract, event))
    if (contract.cacheControl?.startsWith('public')) handler.use(etag() as MiddlewareObj)
    if (contract.access !== 'public') {
      handler.before(({ event }) => {
        const now = services().clock.now()
        event.principal = principalOf(event, rolesOf(contract), now)
        if (contract.fresh) checkFreshness(event.principal, services().lifetimes, now)
      })
    }
    if (contract.body)
      handler.before(({ event }) => decodeBody(event)).use(httpJsonBodyParser() as MiddlewareObj)
    handler.handler(async (event: CheckedEvent, { awsRequestId }: Context) =>
      run(contract, services(), steps, event, awsRequestId, browser),
    )
    return handler as unknown as Handler
  }

  return withServices(factories, build)
}

async function run<C extends Contract, F extends Factories>(
  contract: C,
  services: Services<F>,
  steps: (input: RouteInput<C, F>) => Promise<Reply>,
  event: CheckedEvent,
  requestId: string,
  browser: Browser | undefined,
): Promise<APIGatewayProxyStructuredResultV2> {
  const client = clientOf(event)
  const principal = contract.access === 'public' ? undefined : event.principal
  const params = contract.params && parseParams(contract.params, event.pathParameters ?? {})
  if (contract.checksOrigin) checkLoginOrigin(event, services)
  const query = contract.query && parse(contract.query, event.queryStringParameters ?? {}, { part: 'query' })
  const body =
    contract.body &&
    parse(contract.body, event.body, { alsoWrong: wrongLengths(contract.body, event.body, services.policy) })
  await count(contract, services, { client, principal, params, body })
  const origin = { actor: principal?.userId, ip: client.ip, requestId }
  const input = {
    client,
    acceptLanguage: event.headers['accept-language'],
    services: { ...services, events: eventsOf(origin) },
    reply: (status: number, answer: unknown, extra?: Extra) => ({ status, answer, extra }),
    principal,
    params,
    query,
    body,
    ...browser?.inputOf(contract, event),
    ...(contract.takesRefreshToken && { presented: presentedTokens(event, body ?? {}, services) }),
  }
  const { status, answer, extra } = (await steps(input as never)) as unknown as ReturnType<typeof input.reply>
  // Recorded here, so that no route for administrators can forget it.
  if (rolesOf(contract) && contract.method === 'GET') {
    const userId = extra?.subject ?? (params as { userId?: string } | undefined)?.userId
    input.services.events.record({ type: 'user.read', route: `${contract.method} ${contract.path}`, userId })
  }
  const schema = contract.responses[status]
  return {
    statusCode: status,
    headers: {
      'Cache-Control': contract.cacheControl ?? 'no-store',
      ...(schema && { 'Content-Type': 'application/json; charset=utf-8' }),
      ...(extra?.location && { Location: extra.location }),
    },
    // Removes undeclared fields. Throws if a declared field is missing.
    ...(schema && { body: JSON.stringify(z.parse(schema, answer)) }),
    ...(extra?.cookie && { cookies: [extra.cookie] }),
  }
}
