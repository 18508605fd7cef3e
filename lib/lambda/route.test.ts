import * as z from 'zod/mini'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context, eventOf, type TestRequest } from '../../tools/testing/events.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { defineContract } from '../contract/contract.ts'
import { Refusal } from '../domain/refusal.ts'
import { route } from './route.ts'

const contract = defineContract({
  method: 'POST',
  operationId: 'change',
  path: '/echo',
  access: 'public',
  summary: 'Returns its input',
  body: z.strictObject({
    say: z.optional(z.string()),
    more: z.optional(z.strictObject({ list: z.array(z.string()) })),
  }),
  responses: { 200: z.object({ say: z.string() }), 204: null },
  refusals: ['email_taken'],
})

const echo = route(contract, {}, async ({ body, reply }) => {
  if (body.say === 'taken') throw new Refusal('email_taken')
  if (body.say === 'undeclared') throw new Refusal('session_ended')
  if (body.say === 'crash') throw new Error('the reason of the crash', { cause: new TypeError('beneath') })
  if (body.say === 'throw nothing') throw undefined
  if (body.say === 'nothing') return reply(204)
  // An item of the store has more than the contract promises.
  const row = { say: body.say ?? '', passwordHash: '$2b$12$secret' }
  return reply(200, row)
})

async function call(request: TestRequest) {
  const {
    result,
    text: log,
    entries,
  } = await capturedLog(() => echo.over(testServices())(eventOf('POST /echo', request), context()))
  return { ...result, log, entries, problem: JSON.parse(result.body ?? 'null') }
}

describe('a body', () => {
  it('that is valid is accepted, and fields outside the contract are not answered', async () => {
    const { statusCode, body, headers } = await call({ body: { say: 'hello' } })
    expect([statusCode, body]).toEqual([200, '{"say":"hello"}'])
    expect(headers).toMatchObject({
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
      'Content-Security-Policy': expect.stringContaining("default-src 'none'; frame-ancestors 'none'"),
    })
  })

  it('may be empty where no field is required', async () => {
    const headers = { 'content-type': 'application/json' }
    expect(await call({ headers })).toMatchObject({ statusCode: 200 })
    expect(await call({ headers, body: '' })).toMatchObject({ statusCode: 200 })
  })

  it('may be missing with its content type; another content type is 415', async () => {
    expect(await call({})).toMatchObject({ statusCode: 200 })
    expect(await call({ headers: { 'content-type': 'text/plain' } })).toMatchObject({ statusCode: 415 })
  })

  // serverless-offline passes falsy JSON on as the parsed value.
  it.each<[unknown]>([
    [0],
    [-0],
    [false],
    ['0'],
    [' 0'],
    ['null'],
    ['""'],
    ['"text"'],
    [1],
    [true],
    [[]],
    ['[]'],
    ['[{}]'],
  ])('that is JSON but no object is 400, as text and as a value: %j', async (body) => {
    const event = { ...eventOf('POST /echo', { body: 'x' }), body: body as string }
    const { result } = await capturedLog(() => echo.over(testServices())(event, context()))
    expect(result.statusCode).toBe(400)
    expect(JSON.parse(result.body ?? '').errors).toEqual([{ path: 'body', message: 'must be object' }])
  })

  it('may arrive as an object that the gateway parsed, or as nothing', async () => {
    for (const [body, say] of [
      [{ say: 'hello' }, 'hello'],
      [null, ''],
      [undefined, ''],
    ] as const) {
      const event = { ...eventOf('POST /echo', { body: 'x' }), body: body as never }
      const { result } = await capturedLog(() => echo.over(testServices())(event, context()))
      expect([result.statusCode, result.body]).toEqual([200, JSON.stringify({ say })])
    }
  })

  it('that the gateway encoded is decoded and then checked alike', async () => {
    const encoded = (text: string | Buffer) => ({
      body: Buffer.from(text).toString('base64'),
      isBase64Encoded: true,
    })
    expect(await call(encoded('{"say":"hé"}'))).toMatchObject({ statusCode: 200, body: '{"say":"hé"}' })
    expect(await call(encoded('{"say":1}'))).toMatchObject({ statusCode: 400 })
    expect(await call(encoded(`{"say":"${'x'.repeat(11_000)}"}`))).toMatchObject({ statusCode: 413 })
    const { problem } = await call(encoded(Buffer.from([0x7b, 0xff, 0x7d])))
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'body', message: 'must be UTF-8' }] })
  })

  it('may have 10 KB, counted in bytes', async () => {
    const sized = (bytes: number) => JSON.stringify({ say: 'é'.repeat((bytes - 10) / 2) })
    expect(Buffer.byteLength(sized(10_240))).toBe(10_240)
    expect((await call({ body: sized(10_240) })).statusCode).not.toBe(413)
    expect(await call({ body: sized(10_242) })).toMatchObject({
      statusCode: 413,
      problem: { code: 'payload_too_large' },
    })
  })

  it.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonx',
    '',
  ])('declared as %j is 415', async (type) => {
    const event = eventOf('POST /echo', { body: '{}' })
    if (type === undefined) delete event.headers['content-type']
    else event.headers['content-type'] = type
    const { statusCode, body = '' } = await echo.over(testServices())(event, context())
    expect([statusCode, JSON.parse(body).code]).toEqual([415, 'unsupported_media_type'])
  })

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/json ; charset=utf-8',
    'application/problem+json',
  ])('declared as %s is JSON, with the header in any case', async (type) => {
    const event = eventOf('POST /echo', { body: '{"say":"x"}' })
    event.headers = { 'Content-TYPE': type }
    expect(await echo.over(testServices())(event, context())).toMatchObject({ statusCode: 200 })
  })

  it.each<[string, string, string]>([
    ['no JSON', 'hunter2', 'body'],
    ['cut JSON', '{"say":"hunter2', 'body'],
    ['two values', '{} {}', 'body'],
    ['a list', '["hunter2"]', 'body'],
    ['a text', '"hunter2"', 'body'],
    ['null', 'null', 'body'],
    ['a number', '1e999', 'body'],
    ['a number beyond the range', '{"say":1e999}', 'say'],
    ['an unknown field', '{"role":"hunter2"}', 'role'],
    ['a deep unknown field', '{"more":{"list":[],"role":"hunter2"}}', 'more.role'],
    ['a wrong type', '{"say":{"$gt":"hunter2"}}', 'say'],
    ['a wrong type in a list', '{"more":{"list":["hunter2",7]}}', 'more.list.1'],
    ['__proto__', '{"__proto__":{"say":"hunter2"}}', '__proto__'],
    ['__proto__ deep inside', '{"more":{"__proto__":{"list":["hunter2"]}}}', '__proto__'],
    ['constructor', '{"constructor":{"prototype":{"say":"hunter2"}}}', 'constructor'],
    ['constructor alone', '{"constructor":"hunter2"}', 'constructor'],
    ['toString', '{"toString":"hunter2"}', 'toString'],
    ['NUL', '{"say":"hunter2\\u0000"}', 'say'],
    ['NUL in a list', '{"more":{"list":["\\u0000hunter2"]}}', 'more.list.0'],
    ['a lone surrogate', '{"say":"hunter2\\ud800"}', 'say'],
    ['a lone low surrogate', '{"say":"\\udc00hunter2"}', 'say'],
    ['nested too deep', `{"say":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'body'],
    ['nested and never closed', '['.repeat(10_000), 'body'],
    ['nested objects', `${'{"a":'.repeat(1700)}1${'}'.repeat(1700)}`, 'body'],
  ])('%s is 400, with its path and never its value', async (_, body, path) => {
    const { statusCode, problem, body: said, log, headers } = await call({ body })
    expect([statusCode, problem.code, problem.errors[0].path]).toEqual([400, 'invalid_request', path])
    expect(headers).toMatchObject({ 'Content-Type': 'application/problem+json; charset=utf-8' })
    expect(said).not.toMatch(/hunter2|Infinity/)
    expect(log).not.toContain('hunter2')
  })

  it('with a hundred unknown fields is answered with twenty of them, shortened', async () => {
    const body = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`${index}`.padStart(80, 'k'), 1]),
    )
    const { problem } = await call({ body })
    expect(problem.errors).toHaveLength(20)
    for (const { path } of problem.errors) expect(path.length).toBeLessThanOrEqual(64)
  })
})

describe('a refusal', () => {
  it('that the contract declares is answered as its problem', async () => {
    const { statusCode, problem, log } = await call({ body: { say: 'taken' } })
    expect(statusCode).toBe(409)
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'An account with this email exists.',
      code: 'email_taken',
      requestId: expect.any(String),
    })
    expect(log).toBe('')
  })

  it('that the contract does not declare is 500', async () => {
    const { statusCode, problem, entries } = await call({ body: { say: 'undeclared' } })
    expect([statusCode, problem.code]).toEqual([500, 'internal_error'])
    expect(entries).toMatchObject([{ level: 'error', error: { name: 'Refusal', message: 'session_ended' } }])
  })
})

describe('an error', () => {
  it('is logged with its causes and place, and answered with only the request id', async () => {
    const { statusCode, body = '', problem, entries, log } = await call({ body: { say: 'crash' } })
    expect(statusCode).toBe(500)
    expect(body).not.toMatch(/reason|crash|beneath|\.ts/)
    expect(entries).toEqual([
      {
        time: expect.any(String),
        events: 1,
        _aws: expect.any(Object),
        level: 'error',
        type: 'request.failed',
        route: 'POST /echo',
        requestId: problem.requestId,
        error: {
          name: 'Error',
          message: 'the reason of the crash',
          at: expect.stringContaining('route.test.ts'),
          cause: { name: 'TypeError', message: 'beneath', at: expect.any(String) },
        },
      },
    ])
    expect(log.match(/\n/g)).toHaveLength(1)
  })

  it('that is not an Error is 500 too', async () => {
    expect(await call({ body: { say: 'throw nothing' } })).toMatchObject({ statusCode: 500 })
  })

  it('because Lambda is about to end the invocation is 503', async () => {
    const needy = route({ ...contract, needs: ['users:GetItem'] }, {}, () => new Promise(() => undefined))
    const { result } = await capturedLog(() =>
      needy.over(testServices())(eventOf('POST /echo', { body: {} }), {
        ...context(),
        getRemainingTimeInMillis: () => 20,
      }),
    )
    expect(result).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '1' } })
  })

  it('in the settings fails every call', async () => {
    const { result } = await capturedLog(() => echo(eventOf('POST /echo', { body: {} }), context()))
    expect(result).toMatchObject({ statusCode: 500 })
  })
})

describe('an event', () => {
  it.each(['headers', 'cookies', 'pathParameters', 'queryStringParameters'])(
    'may have no %s, or null for it',
    async (member) => {
      for (const nothing of [undefined, null]) {
        const event = { ...eventOf('POST /echo', {}), [member]: nothing as never }
        const { result } = await capturedLog(() => echo.over(testServices())(event, context()))
        expect(result).toMatchObject({ statusCode: 200 })
      }
    },
  )
})

describe('an answer', () => {
  it('varies by origin, refusals included, so that no cache mixes them up', async () => {
    expect((await call({ body: {} })).headers).toMatchObject({ Vary: 'Origin' })
    expect((await call({ body: '[]' })).headers).toMatchObject({ Vary: 'Origin' })
  })

  it('to HEAD is that to GET without its content (RFC 9110 9.3.2)', async () => {
    const get = route(
      defineContract({
        method: 'GET',
        operationId: 'change',
        path: '/x',
        access: 'public',
        summary: 'x',
        responses: { 200: z.object({ id: z.string() }) },
        cacheControl: 'public, max-age=60',
      }),
      {},
      async ({ reply }) => reply(200, { id: 'x' }),
    )
    const answerTo = (method: string) =>
      get.over(testServices())(eventOf(`${method} /x`, {}), context()) as Promise<{
        headers: object
        body?: string
      }>
    const [got, head] = [await answerTo('GET'), await answerTo('HEAD')]
    expect(got).toMatchObject({ statusCode: 200, body: '{"id":"x"}', headers: { ETag: expect.any(String) } })
    expect(head).toEqual({ ...got, body: undefined })
  })
})

describe('an empty answer', () => {
  it('has no body and no content type', async () => {
    const { statusCode, body, headers } = await call({ body: { say: 'nothing' } })
    expect([statusCode, body, headers?.['Content-Type']]).toEqual([204, undefined, undefined])
  })
})

describe('a route for users', () => {
  const me = route(
    defineContract({
      method: 'GET',
      operationId: 'change',
      path: '/x',
      access: 'user',
      summary: 'x',
      responses: { 200: z.object({ id: z.string() }) },
    }),
    {},
    async ({ principal, reply }) => reply(200, { id: principal.userId }),
  )
  const userId = '3370b83f-ce63-4a6f-aacf-07f2e0ddc2c8'
  const now = testServices().clock.now()
  const principal = {
    userId,
    sessionId: userId,
    roles: ['user'],
    claimsVersion: '3',
    expiresAt: now + 1,
    authTime: String(now - 600),
    acr: 'aal1',
  }

  it('takes its principal only from the authorizer', async () => {
    const event = eventOf('GET /x', { headers: { 'x-user-id': 'eve' } }, principal)
    expect(await me.over(testServices())(event, context())).toMatchObject({
      statusCode: 200,
      body: `{"id":"${userId}"}`,
    })
  })

  it.each([
    undefined,
    {},
    { userId },
    { userId: { $ne: 1 }, sessionId: userId, roles: [] },
    { ...principal, roles: 'admin' },
    { ...principal, expiresAt: undefined },
    { ...principal, authTime: undefined },
    { ...principal, acr: 'aal3' },
    { ...principal, expiresAt: now },
  ])('answers 401 where the gateway passes no principal, or one with an expired token: %j', async (given) => {
    const { statusCode, headers } = await me.over(testServices())(eventOf('GET /x', {}, given), context())
    expect([statusCode, headers?.['WWW-Authenticate']]).toEqual([401, 'Bearer'])
  })
})
