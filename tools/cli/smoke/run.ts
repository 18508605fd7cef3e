import assert, { AssertionError } from 'node:assert/strict'
import { errors, type JWK } from 'jose'
import { accountOf } from './account.ts'
import { type Answer, apiOf, expectStatus, Interrupted } from './api.ts'
import type { Options } from './arguments.ts'

/** What every check may use. */
export type Run = ReturnType<typeof startRun>

const NAME_WIDTH = 62

export function startRun(options: Options, stopped: AbortSignal) {
  const run = {
    options,
    api: apiOf(options, stopped),
    account: accountOf(options),
    /** The published keys, once they are checked. */
    keys: [] as JWK[],
    /** Whether serverless-offline answers. */
    isEmulated: false,
    count: { pass: 0, FAIL: 0 },
    /** Why some checks cannot be made. */
    skipped: [] as string[],
    /** Prints a row, with the string or the `note` that `steps` returns. Resolves to `false` after a failure. */
    async check<T>(name: string, steps: () => Promise<T>): Promise<T | false> {
      const start = performance.now()
      const row = (result: keyof typeof run.count, detail: string) => {
        run.count[result]++
        const time = `${Math.round(performance.now() - start)} ms`.padStart(9)
        console.log(`${result}${time}  ${name.padEnd(NAME_WIDTH)}  ${detail}`.trimEnd())
      }
      try {
        const value = await steps()
        row('pass', typeof value === 'string' ? value : ((value as { note?: string })?.note ?? ''))
        return value
      } catch (error) {
        if (error instanceof Interrupted) throw error
        row('FAIL', reasonOf(error))
        return false
      }
    },
  }
  return run
}

/** Prints only messages that a check wrote, and those of jose. Others, and `actual`, may contain a token or a password. */
export const reasonOf = (error: unknown): string =>
  (error instanceof AssertionError && !error.generatedMessage) || error instanceof errors.JOSEError
    ? error.message
    : `broke (${(error as Error).name})`

const notFoundOffline = 'Serverless-offline: route not found.'

export const isServerlessOffline = ({ text }: Answer): boolean => text.includes(notFoundOffline)

/** Expects API Gateway's own refusal, which no function sees. serverless-offline has another form. Returns a note. */
export function expectGatewayRefusal({ isEmulated }: Run, answer: Answer, status: 401 | 404): string {
  expectStatus(answer, status)
  const { body } = answer
  const message = { 401: 'Unauthorized', 404: 'Not Found' }[status]
  if (!isEmulated) {
    assert.deepEqual(body, { message }, `the body is not {"message":"${message}"}`)
    return `{"message":"${message}"}`
  }
  const isKnown = body.statusCode === status && body.error === (status === 401 ? message : notFoundOffline)
  assert(isKnown, 'the body is neither in the form of API Gateway nor of serverless-offline')
  return 'local: in the form of serverless-offline'
}

/** Expects that two answers do not tell one case from the other. Only the request id may differ. */
export function expectSameAnswer(one: Answer, other: Answer): void {
  const content = ({ text, body }: Answer) => text.replace(body.requestId, '')
  assert(one.status === other.status, `one is ${one.status}, the other ${other.status}`)
  assert(content(one) === content(other), 'the two bodies differ')
  assert(one.headerNames === other.headerNames, 'the two have different headers')
}
