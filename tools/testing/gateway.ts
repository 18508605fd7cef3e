import type { APIGatewayProxyStructuredResultV2, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda'
import { handler as authorizer } from '../../functions/authorizer/access-token.ts'
import type { Factories } from '../../lib/lambda/handler-services.ts'
import type { RouteHandler } from '../../lib/lambda/route.ts'
import { isRoute, registry } from '../generate/registry.ts'
import { context, eventOf, type TestRequest } from './events.ts'
import type { TestServices } from './test-services.ts'

export interface TestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  /** The parsed body; `undefined` where there is none. */
  readonly body: any
}

/** Calls doors by their routes, such as `GET /users/{userId}`, over a world as API Gateway (HTTP API, payload 2.0) does, the authorizer in front. */
export type Gateway = (route: string, request?: TestRequest) => Promise<TestAnswer>

/** Every door by its route, such as `POST /auth/login`. */
let loading: ReturnType<typeof loadHandlers> | undefined
const doors = () => {
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

export function gateway(world: TestServices, { milliseconds }: { milliseconds?: number } = {}): Gateway {
  const authorize = authorizer.over(world)
  return async (route, request = {}) => {
    const door = (await doors()).get(route)
    if (!door) return { status: 404, headers: {}, cookies: [], body: { message: 'Not Found' } }
    let caller: object | undefined
    if (door.contract.access !== 'public') {
      const decision = await authorize(authorizerEvent(route, request), context()).catch(
        (error: Error) => error,
      )
      if (decision instanceof Error) return refusedByGateway(decision)
      if (!('context' in decision))
        return { status: 403, headers: {}, cookies: [], body: { message: 'Forbidden' } }
      caller = decision.context
    }
    const handler = door.handler.over(world as never)
    return answerOf(await handler(eventOf(route, request, caller), context(milliseconds)))
  }
}

/** As AWS documents it: the word `Unauthorized` is 401, any other failure of the authorizer 500. */
function refusedByGateway({ message }: Error): TestAnswer {
  const status = message === 'Unauthorized' ? 401 : 500
  return {
    status,
    headers: {},
    cookies: [],
    body: { message: status === 401 ? message : 'Internal Server Error' },
  }
}

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
