import type { Context } from 'aws-lambda'
import { describeError, log } from '../log.ts'
import {
  eventsOf,
  type Factories,
  type Services,
  type StepServices,
  withServices,
} from './handler-services.ts'

type Scheduled = (event: unknown, context: Context) => Promise<void>

/** Makes a scheduled function. An error is logged and thrown again; the next schedule retries. */
export function scheduled<const F extends Factories>(
  factories: F,
  steps: (given: { services: StepServices<F> }) => Promise<void>,
): Scheduled & { over(services: Services<F>): Scheduled } {
  return withServices(
    factories,
    (services): Scheduled =>
      async (_, { awsRequestId: requestId }) => {
        const events = eventsOf({ actor: 'system', requestId })
        try {
          await steps({ services: { ...services(), events } })
        } catch (error) {
          log('error', { type: 'schedule.failed', requestId, error: describeError(error) })
          throw new Error('The scheduled run failed')
        }
      },
  )
}
