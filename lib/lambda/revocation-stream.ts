import type { Revocation, Revocations } from '../domain/social-ports.ts'
import { log } from '../log.ts'
import type { Factories, StepServices } from './handler-services.ts'
import { type JobLines, jobStream } from './job-stream.ts'

// No error lines: the alarm of the stream counts the jobs that Lambda has given up.
const lines: JobLines = {
  failed: (about) => log('info', { type: 'revocation.failed', ...about }),
  invalid: (about) => log('info', { type: 'revocation.invalid_job', ...about }),
  left: (about) => log('info', { type: 'revocation.job_left', ...about }),
}

/** Makes the function that revokes the tokens of removed identities. */
export const revoker = <const F extends Factories & { readonly revocations: () => Revocations }>(
  factories: F,
  revoke: (services: StepServices<F>, job: Revocation) => Promise<void>,
) => jobStream<F, Revocation>(factories, lines, ({ revocations }) => revocations as Revocations, revoke)
