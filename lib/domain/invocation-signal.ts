import { AsyncLocalStorage } from 'node:async_hooks'
import { Refusal } from './refusal.ts'

const signals = new AsyncLocalStorage<AbortSignal>()
const neverAborted = new AbortController().signal

/**
 * Aborts when the current invocation has been answered, also after its early time-out. Every request to another service passes
 * it on: Lambda freezes a process after the answer, and pending work would continue hours later, when it is thawed.
 */
export const currentSignal = (): AbortSignal => signals.getStore() ?? neverAborted

/**
 * Runs work that ends with this signal. Without a signal: shared work that other invocations also wait for, and that writes
 * nothing.
 */
export const runWithSignal = <T>(signal: AbortSignal | undefined, work: () => T): T =>
  signals.run(signal ?? neverAborted, work)

/** Runs work for a limited time. After that, what is left of it sends nothing more, and the answer is `unavailable`. */
export async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), milliseconds)
  const signal = AbortSignal.any([late.signal, currentSignal()])
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Refusal('unavailable', { cause: signal.reason })))
    runWithSignal(signal, work).then(resolve, reject)
  }).finally(() => clearTimeout(timer))
}
