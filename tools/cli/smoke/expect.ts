import { isDeepStrictEqual } from 'node:util'
import type { Answer } from './api.ts'

/** What a check says when it fails: a sentence of ours, in which nothing stands that was received but numbers, codes and names. */
export class Failed extends Error {}

export function expectThat(condition: unknown, otherwise: string): asserts condition {
  if (!condition) throw new Failed(otherwise)
}

export function expectStatus(answer: Answer, ...allowed: readonly number[]): void {
  if (allowed.includes(answer.status)) return
  const wait = Number(answer.headers.get('retry-after'))
  const hint = answer.status === 429 && wait > 0 ? `; too many attempts from here, wait ${wait} s` : ''
  throw new Failed(`answered ${answer.status} instead of ${allowed.join(' or ')}${saidCode(answer)}${hint}`)
}

/** The code of a problem, if it is of the form that codes have. */
function saidCode(answer: Answer): string {
  const { code } = (parsedOrNothing(answer) ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? ` (${code})` : ''
}

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire; each check looks at its own part.
export type Received = any

export function jsonOf(answer: Answer): Received {
  const received = parsedOrNothing(answer)
  expectThat(typeof received === 'object' && received !== null, 'the body is not JSON')
  return received
}

function parsedOrNothing({ text }: Answer): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Lines of a stack trace, and names of files of ours. */
const insides = /\n\s+at |node_modules|\/var\/(task|runtime)|\w\.(cjs|mjs|ts):\d/

export function expectNothingOfOurInsides({ text }: Answer): void {
  expectThat(!insides.test(text.replaceAll('\\n', '\n')), 'the answer tells where in the code it failed')
}

/** RFC 9457, with the request id to ask about it. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expectStatus(answer, status)
  const type = answer.headers.get('content-type') ?? ''
  expectThat(type.startsWith('application/problem+json'), 'is not application/problem+json')
  const problem = jsonOf(answer)
  expectThat(problem.code === code, `the code is not ${code}${saidCode(answer)}`)
  expectThat(problem.status === status, `the status in the body is not ${status}`)
  expectThat(typeof problem.title === 'string' && problem.title, 'there is no title')
  expectThat(typeof problem.requestId === 'string' && problem.requestId, 'there is no requestId')
  expectThat(/no-store/.test(answer.headers.get('cache-control') ?? ''), 'may be stored by caches')
  expectNothingOfOurInsides(answer)
}

const YEAR = 31_536_000
const securityHeaders: Readonly<Record<string, (value: string) => boolean>> = {
  'strict-transport-security': (value) =>
    Number(/max-age=(\d+)/.exec(value)?.[1]) >= YEAR && /includeSubDomains/i.test(value),
  'x-content-type-options': (value) => value === 'nosniff',
  'content-security-policy': (value) =>
    value.includes("default-src 'none'") && value.includes("frame-ancestors 'none'"),
  'referrer-policy': (value) => value === 'no-referrer',
}

export function expectSecurityHeaders({ headers }: Answer): void {
  for (const [name, isGood] of Object.entries(securityHeaders)) {
    expectThat(headers.has(name), `there is no ${name}`)
    expectThat(isGood(headers.get(name) ?? ''), `${name} is not what it should be`)
  }
}

/** Two answers that must not tell one case from another: the id of the request is all in which they may differ. */
export function expectSameAnswer(one: Answer, other: Answer): void {
  expectThat(one.status === other.status, `one is ${one.status}, the other ${other.status}`)
  const told = (answer: Answer) => {
    if (answer.text === '') return undefined
    const { requestId: _, ...body } = jsonOf(answer)
    return body
  }
  expectThat(isDeepStrictEqual(told(one), told(other)), 'the two bodies differ')
  expectThat(
    isDeepStrictEqual([...one.headers.keys()].sort(), [...other.headers.keys()].sort()),
    'the two have different headers',
  )
}
