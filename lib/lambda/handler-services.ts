import { currentSignal, runWithSignal } from '../domain/invocation-signal.ts'
import type { Lifetimes } from '../domain/lifetimes.ts'
import type { Limits } from '../domain/limits.ts'
import type { Policy } from '../domain/policy.ts'
import type { Clock } from '../domain/ports.ts'
import type { SecurityEvents } from '../domain/security-events.ts'
import { describeError, log, logEvent } from '../log.ts'
import { core, isServing } from '../services.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

/** Services are created on first use. A handler names the factories of its services, and its bundle contains no others. */
export type Factories = { readonly [name: string]: () => unknown }
type Made<F extends Factories> = { readonly [K in keyof F]: ReturnType<F[K]> }

/** The services that every handler has. */
export interface CoreServices {
  readonly clock: Clock
  readonly lifetimes: Lifetimes
  readonly limits: Limits
  readonly policy: Policy
  readonly issuer: string
  readonly allowedOrigins: readonly string[]
  readonly trustedProxies: TrustedProxies
}

/** The services that a handler names, and those that every handler has. */
export type Services<F extends Factories> = Made<F> & CoreServices
/** The services as the steps of one request get them: with the recorder of its events. */
export type StepServices<F extends Factories> = Services<F> & { readonly events: SecurityEvents }

/** The event recorder of one request. */
export const eventsOf = (request: Parameters<typeof logEvent>[1]): SecurityEvents => ({
  // Record nothing after the answer, because it is unknown whether aborted work succeeded.
  record: (event) => {
    if (!currentSignal().aborted) logEvent(event, request)
  },
})

/** Shared, because creating an error with a stack would cost each answer about 20 microseconds. */
const isOver = new Error('The invocation has been answered')

/** Runs each invocation with a signal that aborts when it is answered, also by the early time-out's 503. */
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

/** Builds a handler on the services of this process, which are created once. `over` builds it on other services, for tests. */
export function withServices<const F extends Factories, H extends (...args: never[]) => unknown>(
  factories: F,
  build: (services: () => Services<F>) => H,
): H & { over(services: Services<F>): H } {
  let made: Services<F> | undefined
  let isLogged = false
  const services = () => {
    if (made) return made
    try {
      made = { ...core(), ...makeAll(factories) }
    } catch (error) {
      // Log this once: invalid settings concern the function, not a request.
      if (!isLogged) log('error', { type: 'function.not_started', error: describeError(error) })
      isLogged = true
      throw new Error('The function could not start. Its log contains the reason once.')
    }
    // Logged once per process: a cold start.
    log('info', { type: 'function.started' })
    return made
  }
  if (isServing()) begin(services)
  const handler = untilAnswered(build(services))
  return Object.assign(handler, {
    over: (services: Services<F>) => untilAnswered(build(() => services)),
  })
}

/** Creates the services while the function initialises, so that no request waits for them. */
function begin(services: () => unknown): void {
  try {
    services()
  } catch {
    // The first call tries again.
  }
}

function makeAll<F extends Factories>(factories: F): Made<F> {
  return Object.fromEntries(Object.entries(factories).map(([name, make]) => [name, make()])) as Made<F>
}
