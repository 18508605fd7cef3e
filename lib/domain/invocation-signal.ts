import { AsyncLocalStorage } from 'node:async_hooks'
import { Refusal } from './refusal.ts'

const signals = new AsyncLocalStorage<AbortSignal>()
const neverAborted = new AbortController().signal

/**
 * Aborted once the invocation that asks has been answered, its early time-out included. Everything that sends a request takes
 * it along: Lambda freezes a process after the answer, and work that was left would write when it is thawed, hours later.
 */
export const currentSignal = (): AbortSignal => signals.getStore() ?? neverAborted

/** Runs work that ends with this signal; without one, work that other invocations wait for too, and that writes nothing. */
export const runWithSignal = <T>(signal: AbortSignal | undefined, work: () => T): T =>
  signals.run(signal ?? neverAborted, work)

/** Runs work for so long at most. What then still runs of it sends nothing more, and the answer is `unavailable`. */
export async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), milliseconds)
  const signal = AbortSignal.any([late.signal, currentSignal()])
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Refusal('unavailable', { cause: signal.reason })))
    runWithSignal(signal, work).then(resolve, reject)
  }).finally(() => clearTimeout(timer))
}
