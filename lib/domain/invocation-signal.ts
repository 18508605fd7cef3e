import { AsyncLocalStorage } from 'node:async_hooks'
import { Refusal } from './refusal.ts'

const signals = new AsyncLocalStorage<AbortSignal>()
const neverAborted = new AbortController().signal

/**
 * Aborts when the current invocation has been answered, also by its early time-out. Every request to another service uses it.
 * Lambda freezes a process after the answer, and pending work would continue when the process is thawed hours later.
 */
export const currentSignal = (): AbortSignal => signals.getStore() ?? neverAborted

/**
 * Runs work that ends with this signal. Pass no signal for shared work that other invocations also wait for and that writes
 * nothing.
 */
export const runWithSignal = <T>(signal: AbortSignal | undefined, work: () => T): T =>
  signals.run(signal ?? neverAborted, work)

/** Runs work for a limited time. Then it rejects with `unavailable`, and the rest of the work sends no more requests. */
export async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), milliseconds)
  const signal = AbortSignal.any([late.signal, currentSignal()])
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Refusal('unavailable', { cause: signal.reason })))
    runWithSignal(signal, work).then(resolve, reject)
  }).finally(() => clearTimeout(timer))
}
