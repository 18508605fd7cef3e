import middy, { type MiddlewareObj } from '@middy/core'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import * as z from 'zod/mini'
import { type Contract, rolesOf, type Schema } from '../contract/contract.ts'
import type { Client } from '../domain/ports.ts'
import type { Principal } from '../domain/principal.ts'
import { etag } from './etag.ts'
import {
  eventsOf,
  type Factories,
  type Services,
  type StepServices,
  withServices,
} from './handler-services.ts'
import { httpSemantics } from './http-semantics.ts'
import { problems } from './problem-details.ts'
import { type Counted, count } from './rate-limits.ts'
import { type PresentedTokens, presentedTokens } from './refresh-token.ts'
import { clientOf, decodeBody, parse, parseParams, principalOf, wrongLengths } from './request.ts'
import { securityHeaders } from './security-headers.ts'
import { readClientAddress } from './trusted-proxies.ts'

/** The input of a handler's steps. It contains only what the contract declares. */
export type RouteInput<C extends Contract, F extends Factories> = {
  readonly client: Client
  readonly services: StepServices<F>
  readonly reply: ReplyOf<C>
} & Parsed<C, 'params'> &
  Parsed<C, 'query'> &
  Parsed<C, 'body'> &
  (C['access'] extends 'public' ? unknown : { readonly principal: Principal }) &
  (C['takesRefreshToken'] extends true ? { readonly presented: PresentedTokens } : unknown)

/** A part of the request in the type of its schema, if the contract has one. */
type Parsed<C extends Contract, Part extends 'params' | 'query' | 'body'> = C[Part] extends Schema
  ? { readonly [P in Part]: z.output<C[Part]> }
  : unknown

/** Makes an answer with a status and body that the contract declares. */
type ReplyOf<C extends Contract> = <S extends keyof C['responses'] & number>(
  status: S,
  ...rest: C['responses'][S] extends infer Body extends Schema
    ? [body: z.input<Body>, extra?: Extra]
    : [body?: undefined, extra?: Extra]
) => Reply

interface Extra {
  /** The value of a `Set-Cookie` header. */
  readonly cookie?: string
  /** For the log: the id of the one user whom the answer is about, if the path does not contain it. */
  readonly subject?: string | undefined
}

declare const replied: unique symbol
/** An answer that the contract allows. Only `reply` can make one. */
interface Reply {
  readonly [replied]: true
}

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
  factories: F & Counted<C>,
  steps: (input: RouteInput<C, F>) => Promise<Reply>,
): RouteHandler<F> {
  const build = (services: () => Services<F>): Handler => {
    const handler = middy<CheckedEvent, APIGatewayProxyStructuredResultV2>()
      .use(httpSemantics() as MiddlewareObj)
      .use(securityHeaders() as MiddlewareObj)
      .use(problems(contract) as MiddlewareObj)
      // First, because limits and logs use this address.
      .before(({ event }) => readClientAddress(event, services().trustedProxies))
      .use(httpHeaderNormalizer() as MiddlewareObj)
    if (contract.cacheControl?.startsWith('public')) handler.use(etag() as MiddlewareObj)
    if (contract.access !== 'public') {
      handler.before(({ event }) => {
        event.principal = principalOf(event, rolesOf(contract), services().clock.now())
      })
    }
    if (contract.body)
      handler.before(({ event }) => decodeBody(event)).use(httpJsonBodyParser() as MiddlewareObj)
    handler.handler(async (event: CheckedEvent, { awsRequestId }: Context) =>
      run(contract, services(), steps, event, awsRequestId),
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
): Promise<APIGatewayProxyStructuredResultV2> {
  const client = clientOf(event)
  const principal = contract.access === 'public' ? undefined : event.principal
  const params = contract.params && parseParams(contract.params, event.pathParameters ?? {})
  const query = contract.query && parse(contract.query, event.queryStringParameters ?? {})
  const body =
    contract.body &&
    parse(contract.body, event.body, wrongLengths(contract.body, event.body, services.policy))
  await count(contract, services, { client, principal, params, body })
  const origin = { actor: principal?.userId, ip: client.ip, requestId }
  const input = {
    client,
    services: { ...services, events: eventsOf(origin) },
    reply: (status: number, answer: unknown, extra?: Extra) => ({ status, answer, extra }),
    principal,
    params,
    query,
    body,
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
    },
    // Removes undeclared fields. Throws if a declared field is missing.
    ...(schema && { body: JSON.stringify(z.parse(schema, answer)) }),
    ...(extra?.cookie && { cookies: [extra.cookie] }),
  }
}
