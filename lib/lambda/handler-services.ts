import type { SecurityEvents } from '../domain/events.ts'
import { currentSignal, runWithSignal } from '../domain/invocation-signal.ts'
import type { Lifetimes } from '../domain/lifetimes.ts'
import type { Limits } from '../domain/limits.ts'
import type { Policy } from '../domain/policy.ts'
import type { Clock } from '../domain/ports.ts'
import { describeError, log, logEvent } from '../log.ts'
import { core, isServing } from '../services.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

/** Services on first use; a door names the factories of the services that its steps use, and bundles no others. */
export type Factories = { readonly [name: string]: () => unknown }
export type Services<F extends Factories> = { readonly [K in keyof F]: ReturnType<F[K]> }

/** What every door has, named or not. */
export interface CoreServices {
  readonly clock: Clock
  readonly lifetimes: Lifetimes
  readonly limits: Limits
  readonly policy: Policy
  readonly issuer: string
  readonly allowedOrigins: readonly string[]
  readonly trustedProxies: TrustedProxies
}

/** Where the steps of one request report to. */
export const eventsOf = (request: Parameters<typeof logEvent>[1]): SecurityEvents => ({
  // What is left of an invocation after its answer has nothing to report: what it waited for is not known to have happened.
  record: (event) => {
    if (!currentSignal().aborted) logEvent(event, request)
  },
})

/** One for all: an error of its own, with a stack, would cost each answer some 20 microseconds. */
const isOver = new Error('The invocation has been answered')

/** Runs each invocation under a signal that is aborted with its answer, the early time-out's 503 included. */
function untilAnswered<H extends (...given: never[]) => unknown>(handler: H): H {
  const run = async (...given: Parameters<H>) => {
    const answered = new AbortController()
    try {
      return await runWithSignal(answered.signal, () => handler(...given))
    } finally {
      answered.abort(isOver)
    }
  }
  return run as unknown as H
}

/** What `build` makes over the services of this process, made on the first call; and over others, for tests. */
export function withServices<const F extends Factories, H extends (...args: never[]) => unknown>(
  factories: F,
  build: (services: () => Services<F> & CoreServices) => H,
): H & { over(services: Services<F> & CoreServices): H } {
  let made: (Services<F> & CoreServices) | undefined
  let isTold = false
  const services = () => {
    if (made) return made
    try {
      made = { ...core(), ...makeAll(factories) }
    } catch (error) {
      // Said when the function starts: what is wrong with its settings is no matter of any request.
      if (!isTold) log('error', { type: 'function.not_started', error: describeError(error) })
      isTold = true
      throw new Error('The function could not start; its log says why, once')
    }
    // Once a process: a cold start.
    log('info', { type: 'function.started' })
    return made
  }
  if (isServing()) begin(services)
  const handler = untilAnswered(build(services))
  return Object.assign(handler, {
    over: (services: Services<F> & CoreServices) => untilAnswered(build(() => services)),
  })
}

/** Makes the services while the function initialises, off any request's time. */
function begin(services: () => unknown): void {
  try {
    services()
  } catch {
    // The first call makes them again.
  }
}

function makeAll<F extends Factories>(factories: F): Services<F> {
  return Object.fromEntries(Object.entries(factories).map(([name, make]) => [name, make()])) as Services<F>
}
