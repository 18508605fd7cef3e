import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import type { EmailJob } from '../domain/email-jobs.ts'
import type { EmailJobs } from '../domain/ports.ts'
import { describeError, log } from '../log.ts'
import {
  eventsOf,
  type Factories,
  type Services,
  type StepServices,
  withServices,
} from './handler-services.ts'

type Deliverer = (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>

/**
 * Makes the function that processes email jobs from a table's stream, oldest first. A failed job ends the batch, and the stream
 * delivers it again with those after it. Invalid and expired jobs are skipped.
 */
export function deliverer<const F extends Factories & { readonly emailJobs: () => EmailJobs }>(
  factories: F,
  processEmailJob: (services: StepServices<F>, job: EmailJob) => Promise<void>,
): Deliverer & { over(services: Services<F>): Deliverer } {
  const build =
    (services: () => Services<F>): Deliverer =>
    async ({ Records }, { awsRequestId: requestId }) => {
      const events = eventsOf({ actor: 'system', requestId })
      for (const record of Records) {
        try {
          const given = services()
          const left = readJob(given.emailJobs, record, requestId)
          if (!left || left.expiresAt <= given.clock.now()) continue
          await processEmailJob({ ...given, events }, left.job)
          // Delete the job, because a redelivery would mail it again. If the deletion fails, the job expires.
          await given.emailJobs.forget(left.id).catch((error: unknown) => {
            log('info', { type: 'mail.job_left', requestId, error: describeError(error) })
          })
        } catch (error) {
          log('error', { type: 'mail.failed', requestId, error: describeError(error) })
          return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] }
        }
      }
      return { batchItemFailures: [] }
    }
  return withServices(factories, build)
}

/** A retry would not make it valid. */
function readJob(
  emailJobs: EmailJobs,
  record: unknown,
  requestId: string,
): ReturnType<EmailJobs['read']> | undefined {
  try {
    return emailJobs.read(record)
  } catch (error) {
    log('error', { type: 'mail.invalid_job', requestId, error: describeError(error) })
    return undefined
  }
}
