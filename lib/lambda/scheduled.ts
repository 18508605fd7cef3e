import type { Context } from 'aws-lambda'
import type { SecurityEvents } from '../domain/events.ts'
import { describeError, log } from '../log.ts'
import { type Core, eventsOf, type Factories, type Made, overParts } from './parts.ts'

type Scheduled = (event: unknown, context: Context) => Promise<void>

/** Makes a function that a clock calls. What goes wrong is logged and thrown on: the clock calls again. */
export function scheduled<const F extends Factories>(
  factories: F,
  steps: (given: { parts: Made<F> & Core & { readonly events: SecurityEvents } }) => Promise<void>,
): Scheduled & { over(parts: Made<F> & Core): Scheduled } {
  return overParts(
    factories,
    (parts): Scheduled =>
      async (_, { awsRequestId: requestId }) => {
        const events = eventsOf({ actor: 'system', requestId })
        try {
          await steps({ parts: { ...parts(), events } })
        } catch (error) {
          log('error', { type: 'schedule.failed', requestId, error: describeError(error) })
          throw new Error('What was scheduled has failed')
        }
      },
  )
}
