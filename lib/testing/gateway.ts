import { randomUUID } from 'node:crypto'
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  APIGatewayRequestAuthorizerEventV2,
  Context,
} from 'aws-lambda'
import { handler as authorizer } from '../../functions/authorizer/access-token.ts'
import { isRoute, registry } from '../contract/registry.ts'
import type { Door, Factories } from '../http/route.ts'
import type { World } from './world.ts'

export interface TestRequest {
  readonly headers?: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  /** Sent as it is if a text, else as JSON. */
  readonly body?: unknown
  readonly isBase64Encoded?: boolean
  readonly ip?: string
}

export interface TestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  /** The parsed body; `undefined` where there is none. */
  readonly body: any
}

/** Calls doors over a world as API Gateway (HTTP API, payload 2.0) does, the authorizer in front. */
export type Gateway = (route: string, request?: TestRequest) => Promise<TestAnswer>

/** Every door by its route, such as `POST /auth/login`. */
const doors = registry().then(async (entries) => {
  const routes = entries.filter(isRoute).map(async ({ file, contract }) => {
    const { handler } = (await import(`../../${file}.ts`)) as { handler: Door<Factories> }
    return [`${contract.method} ${contract.path}` as string, { contract, handler }] as const
  })
  return new Map(await Promise.all(routes))
})

export function gateway(world: World): Gateway {
  const authorize = authorizer.over(world)
  return async (route, request = {}) => {
    const door = (await doors).get(route)
    if (!door) return { status: 404, headers: {}, cookies: [], body: { message: 'Not Found' } }
    let caller: object | undefined
    if (door.contract.access !== 'public') {
      const decision = await authorize(authorizerEvent(route, request), context()).catch(
        (error: Error) => error,
      )
      if (decision instanceof Error) return refusedByGateway(decision)
      caller = decision.context
    }
    const handler = door.handler.over(world as never)
    return answerOf(await handler(eventOf(route, request, caller), context()))
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

export function eventOf(route: string, request: TestRequest, caller?: object): APIGatewayProxyEventV2 {
  const [method = '', path = ''] = route.split(' ')
  const { body, cookies, ip = '198.51.100.7', isBase64Encoded = false } = request
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: '',
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
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: ip, userAgent: 'a test' },
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

export const context = () => ({ awsRequestId: randomUUID() }) as Context
