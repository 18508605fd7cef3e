import middy, { type MiddlewareObj } from '@middy/core'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import * as z from 'zod/mini'
import { type Contract, rolesOf, type Schema } from '../contract/contract.ts'
import type { SecurityEvents } from '../domain/events.ts'
import type { Client } from '../domain/ports.ts'
import { etag } from './etag.ts'
import { type Counted, count } from './limits.ts'
import { type Core, eventsOf, type Factories, type Made, overParts } from './parts.ts'
import { problems } from './problem.ts'
import { type PresentedTokens, presentedTokens } from './refresh-token.ts'
import { type Caller, callerOf, clientOf, decodeBody, parse, parseParams, wrongLengths } from './request.ts'
import { securityHeaders } from './security-headers.ts'
import { httpSemantics } from './semantics.ts'
import { readClientAddress } from './trusted-proxies.ts'

type Responses<C extends Contract> = C['responses']
type Status<C extends Contract> = keyof Responses<C> & number
interface Extra {
  /** A `Set-Cookie` line. */
  readonly cookie?: string
  /** The id of the one user that the answer is about, where the path does not say; for the log. */
  readonly subject?: string | undefined
}
type ReplyRest<R> = R extends Schema ? [body: z.input<R>, extra?: Extra] : [body?: undefined, extra?: Extra]

declare const replied: unique symbol
/** An answer that the contract allows; only `reply` makes one. */
interface Reply {
  readonly [replied]: true
}

/** What the steps of a door are given; what the contract does not speak of is not there. */
export type Given<C extends Contract, F extends Factories> = {
  readonly client: Client
  readonly parts: Made<F> & Core & { readonly events: SecurityEvents }
  reply<S extends Status<C>>(status: S, ...rest: ReplyRest<Responses<C>[S]>): Reply
} & (C['access'] extends 'public' ? unknown : { readonly caller: Caller }) &
  (C['params'] extends Schema ? { readonly params: z.output<C['params']> } : unknown) &
  (C['query'] extends Schema ? { readonly query: z.output<C['query']> } : unknown) &
  (C['body'] extends Schema ? { readonly body: z.output<C['body']> } : unknown) &
  (C['takesRefreshToken'] extends true ? { readonly presented: PresentedTokens } : unknown)

export type Handler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>

/** The Lambda handler of a door, and the same door over other parts, for tests. */
export type Door<F extends Factories> = Handler & { over(parts: Made<F> & Core): Handler }

/**
 * Makes the handler of a door: checks the request against the contract, runs the steps, lets out what the contract
 * promises, and turns what is thrown into problems. The steps hold no HTTP but the status that they reply with.
 */
export function route<const C extends Contract, const F extends Factories>(
  contract: C,
  factories: F & Counted<C>,
  steps: (given: Given<C, F>) => Promise<Reply>,
): Door<F> {
  const build = (parts: () => Made<F> & Core): Handler => {
    const door = middy()
      .use(httpSemantics())
      .use(securityHeaders())
      .use(problems(contract))
      // Before anything is counted or read.
      .before(({ event }) => readClientAddress(event as APIGatewayProxyEventV2, parts().trustedProxies))
      .use(httpHeaderNormalizer())
    if (contract.cacheControl?.startsWith('public')) door.use(etag() as MiddlewareObj)
    if (contract.access !== 'public') {
      door.before(({ event }) => {
        callerOf(event as APIGatewayProxyEventV2, rolesOf(contract), parts().clock.now())
      })
    }
    if (contract.body)
      door.before(({ event }) => decodeBody(event as APIGatewayProxyEventV2)).use(httpJsonBodyParser())
    door.handler(async (event: APIGatewayProxyEventV2, { awsRequestId }: Context) =>
      run(contract, parts(), steps, event, awsRequestId),
    )
    return door as unknown as Handler
  }

  return overParts(factories, build)
}

async function run<C extends Contract, F extends Factories>(
  contract: C,
  parts: Made<F> & Core,
  steps: (given: Given<C, F>) => Promise<Reply>,
  event: APIGatewayProxyEventV2,
  requestId: string,
): Promise<APIGatewayProxyStructuredResultV2> {
  const client = clientOf(event)
  const caller =
    contract.access === 'public' ? undefined : callerOf(event, rolesOf(contract), parts.clock.now())
  const params = contract.params && parseParams(contract.params, event.pathParameters ?? {})
  const query = contract.query && parse(contract.query, event.queryStringParameters ?? {})
  const body =
    contract.body && parse(contract.body, event.body, wrongLengths(contract.body, event.body, parts.policy))
  await count(contract, parts, { client, caller, params, body })
  const origin = { actor: caller?.userId, ip: client.ip, requestId }
  const given = {
    client,
    parts: { ...parts, events: eventsOf(origin) },
    reply: (status: number, answer: unknown, extra?: Extra) => ({ status, answer, extra }),
    caller,
    params,
    query,
    body,
    ...(contract.takesRefreshToken && { presented: presentedTokens(event, body ?? {}, parts) }),
  }
  const { status, answer, extra } = (await steps(given as never)) as unknown as ReturnType<typeof given.reply>
  // Here, so that no route for a role can forget it.
  if (rolesOf(contract) && contract.method === 'GET') {
    const userId = extra?.subject ?? (params as { userId?: string } | undefined)?.userId
    given.parts.events.record({ type: 'user.read', route: `${contract.method} ${contract.path}`, userId })
  }
  const schema = contract.responses[status]
  return {
    statusCode: status,
    headers: {
      'Cache-Control': contract.cacheControl ?? 'no-store',
      ...(schema && { 'Content-Type': 'application/json; charset=utf-8' }),
    },
    // The filter on the reply: what the schema does not name is dropped, what it promises and is missing throws.
    ...(schema && { body: JSON.stringify(z.parse(schema, answer)) }),
    ...(extra?.cookie && { cookies: [extra.cookie] }),
  }
}
