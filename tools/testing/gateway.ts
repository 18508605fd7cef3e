import type { APIGatewayProxyStructuredResultV2, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda'
import { handler as authorizer } from '../../functions/authorizer/access-token.ts'
import type { Contract } from '../../lib/contract/contract.ts'
import type { Factories } from '../../lib/lambda/handler-services.ts'
import type { RouteHandler } from '../../lib/lambda/route.ts'
import { isRoute, registry } from '../generate/registry.ts'
import { expectDocumented } from './documented.ts'
import { context, eventOf, type TestRequest } from './events.ts'
import type { TestServices } from './test-services.ts'

export interface TestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  /** The parsed body; `undefined` where there is none. */
  readonly body: any
}

/**
 * Calls a handler by its route, such as `GET /users/{userId}`, as API Gateway (HTTP API, payload 2.0) does: the authorizer first.
 * Fails if `functions/openapi.json` does not allow the answer.
 */
export type Gateway = (route: string, request?: TestRequest) => Promise<TestAnswer>

let loading: ReturnType<typeof loadHandlers> | undefined
/** Every handler by its route. */
const handlers = () => {
  loading ??= loadHandlers()
  return loading
}

async function loadHandlers() {
  const routes = (await registry()).filter(isRoute).map(async ({ file, contract }) => {
    const { handler } = (await import(`../../${file}.ts`)) as { handler: RouteHandler<Factories> }
    return [`${contract.method} ${contract.path}` as string, { contract, handler }] as const
  })
  return new Map(await Promise.all(routes))
}

type Found = { readonly contract: Contract; readonly handler: RouteHandler<Factories> }

export async function contractOf(route: string): Promise<Contract> {
  const found = (await handlers()).get(route)
  if (!found) throw new Error(`No handler serves ${route}`)
  return found.contract
}

interface Options {
  readonly milliseconds?: number
  /** Other services for the handlers than for the authorizer. */
  readonly handlers?: Partial<TestServices>
}

export function gateway(services: TestServices, { milliseconds, handlers: others }: Options = {}): Gateway {
  const authorize = authorizer.over(services)
  return async (route, request = {}) => {
    const found = (await handlers()).get(route)
    // The gateway answers a route that does not exist, so the document does not list it.
    if (!found) return gatewayAnswer(404, 'Not Found')
    const answer = await call(found, route, request)
    const { status, headers, body } = answer
    const isWithoutBody = request.method === 'HEAD'
    expectDocumented(route, { status, body, isWithoutBody, header: (name) => headers[name.toLowerCase()] })
    return answer
  }

  async function call(found: Found, route: string, request: TestRequest): Promise<TestAnswer> {
    let caller: object | undefined
    if (found.contract.access !== 'public') {
      const decision = await authorize(authorizerEvent(route, request), context()).catch(
        (error: Error) => error,
      )
      if (decision instanceof Error) return refusedByGateway(decision)
      if (!('context' in decision)) return gatewayAnswer(403, 'Forbidden')
      caller = decision.context
    }
    const handler = found.handler.over((others ?? services) as never)
    return answerOf(await handler(eventOf(route, request, caller), context(milliseconds)))
  }
}

/** As AWS documents it: the word `Unauthorized` is 401, any other failure of the authorizer 500. */
const refusedByGateway = ({ message }: Error): TestAnswer =>
  message === 'Unauthorized' ? gatewayAnswer(401, message) : gatewayAnswer(500, 'Internal Server Error')

const gatewayAnswer = (status: number, message: string): TestAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  cookies: [],
  body: { message },
})

function answerOf({
  statusCode,
  headers = {},
  cookies = [],
  body,
}: APIGatewayProxyStructuredResultV2): TestAnswer {
  return {
    status: statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    cookies,
    body: body === undefined ? undefined : JSON.parse(body),
  }
}

function authorizerEvent(route: string, request: TestRequest): APIGatewayRequestAuthorizerEventV2 {
  const event = eventOf(route, request)
  return {
    ...event,
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:eu-central-1:123456789012:api/$default/GET/users/me',
    identitySource: [event.headers.authorization ?? ''],
    cookies: event.cookies ?? [],
  } as APIGatewayRequestAuthorizerEventV2
}
