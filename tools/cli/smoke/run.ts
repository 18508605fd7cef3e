import { AssertionError } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { errors, type JWK } from 'jose'
import { apiOf } from './api.ts'
import type { Settings } from './arguments.ts'

/** An address of the SES mailbox simulator. Mail to it is accepted, goes nowhere and harms no sender's reputation. */
export const newEmail = () => `success+cardea-smoke-${randomBytes(6).toString('hex')}@simulator.amazonses.com`

/** A check failed, and the checks that follow need its result. */
export class Unmet extends Error {}

/** What every check may use. */
export type Run = ReturnType<typeof startRun>

export function startRun(settings: Settings, stopped: AbortSignal) {
  const run = {
    settings,
    /** Aborts every request. */
    stopped,
    /** Whether serverless-offline answers. */
    isEmulated: false,
    /** The account that the checks log in to. */
    login: settings.account ?? { email: newEmail(), password: randomBytes(24).toString('base64url') },
    /** Whether a throw-away account may have to be deleted. */
    hasAccount: false,
    /** Of sessions that may be open. */
    refreshTokens: new Set<string>(),
    /** The published keys, once they are checked. */
    keys: [] as JWK[],
    count: { pass: 0, FAIL: 0 },
    /** Why some checks cannot be made. */
    skipped: [] as string[],
  }

  /** Prints a row, with the string or the `note` that `steps` returns. @throws Unmet after a failure. */
  async function need<T>(title: string, steps: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const row = (result: keyof typeof run.count, detail: string) => {
      run.count[result]++
      const time = `${Math.round(performance.now() - start)} ms`.padStart(9)
      console.log(`${result}${time}  ${title.padEnd(62)}  ${detail}`.trimEnd())
    }
    try {
      const value = await steps()
      row('pass', typeof value === 'string' ? value : ((value as { note?: string })?.note ?? ''))
      return value
    } catch (error) {
      if (run.stopped.aborted) throw error
      row('FAIL', reasonOf(error))
      throw new Unmet()
    }
  }
  /** Makes a check that no other check needs. */
  const check = (title: string, steps: () => Promise<unknown>) => need(title, steps).catch(unlessUnmet)
  return Object.assign(run, { need, check, api: apiOf(run) })
}

export function unlessUnmet(error: unknown): void {
  if (!(error instanceof Unmet)) throw error
}

/** Prints only messages that a check wrote, and those of jose. Others, and `actual`, may contain a token or a password. */
export function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string } }
  if (error instanceof AssertionError && !error.generatedMessage) return message
  if (error instanceof errors.JOSEError) return message
  if (name === 'TimeoutError') return 'no answer within 35 s'
  return cause?.code ? `no answer (${cause.code})` : `broke (${name})`
}
