import type { EmailJob } from '../domain/email-jobs.ts'
import type { EmailJobs } from '../domain/ports.ts'
import { log } from '../log.ts'
import type { Factories, StepServices } from './handler-services.ts'
import { type JobLines, jobStream } from './job-stream.ts'

const lines: JobLines = {
  failed: (about) => log('error', { type: 'mail.failed', ...about }),
  invalid: (about) => log('error', { type: 'mail.invalid_job', ...about }),
  left: (about) => log('info', { type: 'mail.job_left', ...about }),
}

/** Makes the function that processes email jobs. */
export const deliverer = <const F extends Factories & { readonly emailJobs: () => EmailJobs }>(
  factories: F,
  processEmailJob: (services: StepServices<F>, job: EmailJob) => Promise<void>,
) => jobStream<F, EmailJob>(factories, lines, ({ emailJobs }) => emailJobs as EmailJobs, processEmailJob)
