import { request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gateway } from './gateway.ts'
import type { Deployment } from './template.ts'

type Route = Deployment['routes'][number]
const route = (key: string, name: string, authorizer?: string): Route => ({ key, function: name, authorizer })
const routes = [
  route('POST /echo', 'echo'),
  route('GET /things/{id}', 'echo'),
  route('GET /things/mine', 'mine', 'authorizer'),
  route('GET /crash', 'crash'),
  route('GET /own-cors', 'ownCors'),
]
let asked = 0
const handlers: Record<string, (event: any) => Promise<unknown>> = {
  echo: async (event) => ({
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    cookies: ['a=1; Path=/', 'b=2'],
    body: JSON.stringify(event),
  }),
  mine: async ({ requestContext }) => ({ statusCode: 200, body: JSON.stringify(requestContext.authorizer) }),
  crash: async () => {
    throw new Error('a secret of ours')
  },
  ownCors: async () => ({ statusCode: 204, headers: { 'Access-Control-Allow-Origin': '*' } }),
  authorizer: async ({ headers }) => {
    asked++
    if (headers.authorization === 'throws') throw new Error('Unauthorized')
    if (headers.authorization === 'breaks') throw new Error('No store')
    if (headers.authorization === 'odd') return { principalId: 'x' }
    return { isAuthorized: headers.authorization === 'valid', context: { userId: '1' } }
  },
}
const cors = {
  AllowOrigins: ['https://a.example'],
  AllowMethods: ['GET', 'POST'],
  AllowHeaders: ['Authorization'],
  ExposeHeaders: ['Retry-After'],
  AllowCredentials: true as const,
  MaxAge: 60,
}
const invoke = async (name: string, event: object) => handlers[name]?.(event)

let servers: Server[]
const [withCors, without] = [0, 1]
beforeAll(async () => {
  servers = [gateway({ routes, cors }, invoke), gateway({ routes, cors: undefined }, invoke)]
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  for (const server of servers) server.close()
})

/** By `node:http`, which sends headers unchanged. */
async function call(
  key: string,
  headers: Record<string, string | string[]> = {},
  { body = '', at = withCors }: { body?: string | Buffer; at?: number } = {},
) {
  const [method = '', path = ''] = key.split(' ')
  const { port } = (servers[at] as Server).address() as AddressInfo
  const response = await new Promise<any>((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', method, path, headers }, resolve).once('error', reject).end(body)
  })
  const said = await text(response)
  return { status: response.statusCode, headers: response.headers, body: said && JSON.parse(said) }
}

describe('the gateway', () => {
  it('makes an event of payload 2.0: names in lower case, what came twice joined, cookies apart', async () => {
    const headers = {
      'X-Twice': ['a', 'b'],
      Authorization: ['Bearer a', 'Bearer b'],
      Cookie: 'a=1; b=2',
      'Content-Type': 'application/json',
      'X-Forwarded-For': '203.0.113.1',
    }
    const { body: event } = await call('POST /echo?q=1&q=2&r=%20', headers, { body: '{"a":1}' })
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /echo',
      rawPath: '/echo',
      rawQueryString: 'q=1&q=2&r=%20',
      queryStringParameters: { q: '1,2', r: ' ' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-twice': 'a,b', authorization: 'Bearer a,Bearer b' },
      requestContext: { http: { method: 'POST', path: '/echo', sourceIp: '127.0.0.1' } },
      body: '{"a":1}',
      isBase64Encoded: false,
    })
    expect(event.headers).not.toHaveProperty('cookie')
    expect(event.headers['x-forwarded-for']).toBe('203.0.113.1, 127.0.0.1')
    expect(event).not.toHaveProperty('pathParameters')
    expect(event.requestContext).not.toHaveProperty('authorizer')
  })

  it('passes binary bodies on as base64, and no body if there is none', async () => {
    const bytes = Buffer.from([0, 255])
    const binary = await call(
      'POST /echo',
      { 'content-type': 'application/x-www-form-urlencoded' },
      { body: bytes },
    )
    expect(binary.body).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true })
    expect((await call('POST /echo')).body).not.toHaveProperty('body')
  })

  it('prefers literal segments to parameters, and decodes parameters', async () => {
    expect((await call('GET /things/a%20b')).body).toMatchObject({
      routeKey: 'GET /things/{id}',
      pathParameters: { id: 'a b' },
    })
    expect(await call('GET /things/mine')).toMatchObject({ status: 401 })
  })

  it.each(['GET /nowhere', 'DELETE /echo', 'HEAD /nowhere', 'POST /echo/', 'GET /things'])(
    'answers 404 to %s',
    async (key) => {
      const { status, body } = await call(key)
      expect([status, body || { message: 'Not Found' }]).toEqual([404, { message: 'Not Found' }])
    },
  )

  it('passes headers and cookies through', async () => {
    const { headers } = await call('POST /echo')
    expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2'])
    expect(headers['apigw-requestid']).toEqual(expect.any(String))
  })

  it('hides the cause of a failure', async () => {
    expect(await call('GET /crash')).toMatchObject({
      status: 500,
      body: { message: 'Internal Server Error' },
    })
  })

  it('refuses a body above 10 MB', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1)
    expect(await call('POST /echo', {}, { body })).toMatchObject({ status: 413 })
  })
})

describe('its authorizer', () => {
  it.each<[string, number, string]>([
    ['throws', 401, 'Unauthorized'],
    ['bad', 403, 'Forbidden'],
    ['breaks', 500, 'Internal Server Error'],
    ['odd', 500, 'Internal Server Error'],
  ])('that %s is answered %i', async (authorization, status, message) => {
    expect(await call('GET /things/mine', { authorization })).toMatchObject({ status, body: { message } })
  })

  it('is not called without an identity', async () => {
    const before = asked
    expect(await call('GET /things/mine')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } })
    expect(asked).toBe(before)
  })

  it('passes its context on', async () => {
    const { status, body } = await call('GET /things/mine', { authorization: 'valid' })
    expect([status, body]).toEqual([200, { lambda: { userId: '1' } }])
  })

  it('is called each time', async () => {
    const before = asked
    for (let time = 0; time < 3; time++) await call('GET /things/mine', { authorization: 'valid' })
    expect(asked - before).toBe(3)
  })
})

describe('CORS', () => {
  const asking = (origin: string) => ({ origin, 'access-control-request-method': 'POST' })

  it('is answered by the gateway, for the origins of the template only', async () => {
    const listed = await call('OPTIONS /echo', asking('https://a.example'))
    expect(listed).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://a.example',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'Authorization',
        'access-control-max-age': '60',
      },
    })
    const unlisted = await call('OPTIONS /echo', asking('https://b.example'))
    expect(unlisted.status).toBe(204)
    expect(JSON.stringify(unlisted.headers)).not.toContain('access-control')
  })

  it('on an answer follows the template, not the function', async () => {
    const read = (origin: string, at = withCors) => call('GET /own-cors', { origin }, { at })
    expect((await read('https://a.example')).headers).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-expose-headers': 'Retry-After',
    })
    expect((await read('https://b.example')).headers).not.toHaveProperty('access-control-allow-origin')
    expect((await read('https://b.example', without)).headers['access-control-allow-origin']).toBe('*')
  })

  it('is absent if the template has none', async () => {
    expect(await call('OPTIONS /echo', asking('https://a.example'), { at: without })).toMatchObject({
      status: 404,
    })
  })
})
