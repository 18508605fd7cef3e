import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { describeError } from '../log.ts'
import {
  eventsOf,
  type Factories,
  type Services,
  type StepServices,
  withServices,
} from './handler-services.ts'

/** Reads jobs from a table's stream, and deletes those that are done. */
interface Jobs<J> {
  read(record: unknown): { readonly id: string; readonly job: J; readonly expiresAt: number }
  forget(id: string): Promise<void>
}

type About = { readonly requestId: string; readonly error: ReturnType<typeof describeError> }
/** The log lines of a kind of job. */
export interface JobLines {
  /** The job will be tried again. */
  failed(about: About): void
  /** A retry would not make it valid. */
  invalid(about: About): void
  /** It is done, and could not be deleted. It expires. */
  left(about: About): void
}

type JobFunction = (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>

/**
 * Makes a function that processes jobs from a table's stream, oldest first. A failed job ends the batch, and the stream delivers it
 * again with those after it. Invalid and expired jobs are skipped.
 */
export function jobStream<const F extends Factories, J>(
  factories: F,
  lines: JobLines,
  jobsOf: (services: Services<F>) => Jobs<J>,
  process: (services: StepServices<F>, job: J) => Promise<void>,
): JobFunction & { over(services: Services<F>): JobFunction } {
  const build =
    (services: () => Services<F>): JobFunction =>
    async ({ Records }, { awsRequestId: requestId }) => {
      const events = eventsOf({ actor: 'system', requestId })
      for (const record of Records) {
        try {
          const given = services()
          const jobs = jobsOf(given)
          const left = read(jobs, record, (error) => lines.invalid({ requestId, error }))
          if (!left || left.expiresAt <= given.clock.now()) continue
          await process({ ...given, events }, left.job)
          // Delete the job, because a redelivery would do it again. If the deletion fails, the job expires.
          await jobs.forget(left.id).catch((error) => lines.left({ requestId, error: describeError(error) }))
        } catch (error) {
          lines.failed({ requestId, error: describeError(error) })
          return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] }
        }
      }
      return { batchItemFailures: [] }
    }
  return withServices(factories, build)
}

function read<J>(jobs: Jobs<J>, record: unknown, invalid: (error: About['error']) => void) {
  try {
    return jobs.read(record)
  } catch (error) {
    invalid(describeError(error))
    return undefined
  }
}
