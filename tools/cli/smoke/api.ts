import assert from 'node:assert/strict'
import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import type { Options } from './arguments.ts'

/** A `body` that is a string is sent unchanged. `bearer` is an access token, `cookie` a refresh token. */
export interface Request {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly bearer?: string
  readonly cookie?: string
  /** The statuses that the check accepts: by default each. */
  readonly expect?: number | readonly number[]
  /** The code of the problem that the check expects. */
  readonly code?: string
}

export type Api = ReturnType<typeof apiOf>
export type Answer = Awaited<ReturnType<Api>>

/** Somebody pressed Ctrl-C. */
export class Interrupted extends Error {}

/** API Gateway itself waits 30 s for a function. */
const TIMEOUT_MS = 35_000

/** Calls a route such as `GET /health`. @throws AssertionError if no answer comes in time, or not the expected one. */
export const apiOf =
  ({ url, always }: Options, stopped?: AbortSignal) =>
  async (route: string, { headers, body, bearer, cookie, expect, code }: Request = {}) => {
    const [method = '', path = ''] = route.split(' ')
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    const start = performance.now()
    try {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        signal: stopped ? AbortSignal.any([stopped, timeout]) : timeout,
        headers: {
          'user-agent': 'cardea-smoke',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(cookie && { cookie: `${REFRESH_COOKIE}=${cookie}` }),
          ...always,
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const answer = {
        status: response.status,
        header: (name: string) => response.headers.get(name) ?? '',
        headerNames: [...response.headers.keys()].sort().join(),
        cookies: response.headers.getSetCookie(),
        text,
        body: objectIn(text),
        milliseconds: Math.round(performance.now() - start),
      }
      if (expect) expectStatus(answer, ...[expect].flat())
      if (code) expectProblem(answer, code)
      return answer
    } catch (error) {
      if (stopped?.aborted) throw new Interrupted()
      if (error instanceof assert.AssertionError) throw error
      const { name, cause } = error as Error & { cause?: { code?: string } }
      assert.fail(name === 'TimeoutError' ? 'no answer within 35 s' : `no answer (${cause?.code ?? name})`)
    }
  }

/** The JSON object in `text`, or an empty object. */
// biome-ignore lint/suspicious/noExplicitAny: it comes from the API; each check examines what it reads.
function objectIn(text: string): any {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Lines of a stack trace, and names of source files. */
const internals = /\n\s+at |node_modules|\/var\/(task|runtime)|\w\.(cjs|mjs|ts):\d/

/** The code of a problem, if it looks like one. */
const codeIn = ({ code }: { code?: unknown }) =>
  typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? ` (${code})` : ''

export function expectStatus(answer: Answer, ...allowed: readonly number[]): void {
  const { status, header, text, body } = answer
  const seconds = Number(header('retry-after'))
  const hint = status === 429 && seconds > 0 ? `; too many attempts from here, wait ${seconds} s` : ''
  const said = `answered ${status} instead of ${allowed.join(' or ')}${codeIn(body)}${hint}`
  assert(allowed.includes(status), said)
  assert(!internals.test(text.replaceAll('\\n', '\n')), 'the answer tells where in the code it failed')
}

/** Problem details (RFC 9457) with a request id. */
export function expectProblem({ status, header, body }: Answer, code: string): void {
  const type = header('content-type').split(';')[0]
  assert(type === 'application/problem+json', 'the content type is not application/problem+json')
  assert(body.code === code, `the code is not ${code}${codeIn(body)}`)
  assert(body.status === status, `the status in the body is not ${status}`)
  for (const member of ['title', 'requestId'])
    assert(typeof body[member] === 'string' && body[member], `the body has no ${member}`)
  assert(header('cache-control').includes('no-store'), 'caches may store the answer')
}
