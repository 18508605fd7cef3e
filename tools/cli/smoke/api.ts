import assert from 'node:assert/strict'
import * as z from 'zod/mini'
import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import { problem } from '../../../lib/contract/models.ts'
import type { Settings } from './arguments.ts'

/** A `body` that is a string is sent unchanged. `bearer` is an access token, `cookie` a refresh token. */
export interface Request {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly bearer?: string
  readonly cookie?: string
  /** The statuses that the check accepts: by default each. */
  readonly expect?: number | readonly number[]
  /** The code of the expected problem. `gateway` is API Gateway's own refusal, which no function sees. */
  readonly code?: string
}

export type Api = ReturnType<typeof apiOf>
export type Answer = Awaited<ReturnType<Api>>

/** API Gateway itself waits 30 s for a function. */
export const TIMEOUT_MS = 35_000

/** Calls a route such as `GET /health`. @throws AssertionError if the answer is not as expected, or the error of `fetch`. */
export const apiOf =
  (run: { readonly settings: Settings; readonly stopped: AbortSignal; readonly isEmulated: boolean }) =>
  async (route: string, { headers, body, bearer, cookie, expect, code }: Request = {}) => {
    const [method = '', path = ''] = route.split(' ')
    const start = performance.now()
    const response = await fetch(run.settings.url + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([run.stopped, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        'user-agent': 'cardea-smoke',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(cookie && { cookie: `${REFRESH_COOKIE}=${cookie}` }),
        ...run.settings.always,
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const copy = response.clone()
    const answer = {
      status: response.status,
      header: (name: string) => response.headers.get(name) ?? '',
      headerNames: [...response.headers.keys()].sort().join(),
      cookies: response.headers.getSetCookie(),
      text: await response.text(),
      /** Without JSON an empty object. Each check examines what it reads. */
      body: Object(await copy.json().catch(() => undefined)),
      milliseconds: Math.round(performance.now() - start),
      note: '',
    }
    if (expect) expectStatus(answer, [expect].flat())
    if (code === 'gateway') answer.note = expectGatewayRefusal(answer, run.isEmulated)
    else if (code) expectProblem(answer, code)
    return answer
  }

/** Lines of a stack trace, and names of source files. */
const internals = /\n\s+at |node_modules|\/var\/(task|runtime)|\w\.(cjs|mjs|ts):\d/

function expectStatus({ status, header, text, body }: Answer, allowed: readonly number[]): void {
  const [code] = /^[a-z_]{1,40}$/.exec(body.code ?? '') ?? []
  const seconds = Number(header('retry-after'))
  const hint = status === 429 && seconds > 0 ? `; too many attempts from here, wait ${seconds} s` : ''
  assert(
    allowed.includes(status),
    `answered ${status} instead of ${allowed.join(' or ')}${code ? ` (${code})` : ''}${hint}`,
  )
  assert(!internals.test(text.replaceAll('\\n', '\n')), 'the answer tells where in the code it failed')
}

/** Expects exactly the fields of a model. Names fields that are wrong, and no value. */
export function expectBody(model: z.ZodMiniObject, body: unknown): void {
  const issues = z.strictObject(model.shape).safeParse(body).error?.issues ?? []
  const wrong = issues.map((issue) =>
    ('keys' in issue ? issue.keys.join() : issue.path.join('.')).slice(0, 20),
  )
  assert(issues.length === 0, `wrong or extra fields: ${wrong.join(', ')}`)
}

/** Problem details (RFC 9457) with a request id. */
export function expectProblem({ status, header, body }: Answer, code: string): void {
  const type = header('content-type').split(';')[0]
  assert(type === 'application/problem+json', 'the content type is not application/problem+json')
  assert(body.code === code, `the code is not ${code}`)
  assert(body.status === status, `the status in the body is not ${status}`)
  expectBody(problem, body)
  assert(header('cache-control').includes('no-store'), 'caches may store the answer')
}

const notFoundOffline = 'Serverless-offline: route not found.'
export const isServerlessOffline = ({ text }: Answer): boolean => text.includes(notFoundOffline)

/** The refusals of API Gateway. serverless-offline has another form of 404. Returns a note. */
function expectGatewayRefusal({ status, body }: Answer, isEmulated: boolean): string {
  if (isEmulated && status === 404) {
    assert(
      body.statusCode === status && body.error === notFoundOffline,
      'the body is not of serverless-offline',
    )
    return 'local: in the form of serverless-offline'
  }
  const message = status === 401 ? 'Unauthorized' : 'Not Found'
  assert.deepEqual(body, { message }, `the body is not {"message":"${message}"}`)
  return `{"message":"${message}"}`
}

/** Expects that two answers do not tell one case from the other. Only the request id may differ. */
export function expectSameAnswer(one: Answer, other: Answer): void {
  const content = ({ text, body }: Answer) => text.replace(body.requestId, '')
  assert(one.status === other.status, `one is ${one.status}, the other ${other.status}`)
  assert(content(one) === content(other), 'the two bodies differ')
  assert(one.headerNames === other.headerNames, 'the two have different headers')
}
