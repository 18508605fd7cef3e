import { randomUUID } from 'node:crypto'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { handler as deliver } from '../../functions/mail/send.ts'
import type { EmailJob } from '../../lib/domain/email-jobs.ts'
import type { EmailTemplate } from '../../lib/domain/email-templates.ts'
import type { Locale } from '../../lib/domain/locales.ts'
import type { EmailJobs, Outbox, Ports } from '../../lib/domain/ports.ts'
import { context } from './events.ts'
import { roundTrip } from './memory-tables.ts'

/** Where jobs are also put and removed, beside the memory. */
export interface JobStores {
  readonly outbox?: Outbox
  readonly emailJobs?: Pick<EmailJobs, 'forget'>
}

export interface TestMail extends Pick<Ports, 'outbox' | 'emailJobs' | 'mailer'> {
  /** Email jobs that wait for `delivered`. */
  readonly waitingJobs: EmailJob[]
  /** What was mailed, oldest first. */
  readonly mailbox: { readonly to: string; readonly template: EmailTemplate; readonly locale: Locale }[]
}

/** An outbox whose jobs wait, and a mailer that records its mails. */
export function testMail(stores: JobStores = {}): TestMail {
  const waitingJobs: TestMail['waitingJobs'] = []
  const mailbox: TestMail['mailbox'] = []
  return {
    waitingJobs,
    mailbox,
    outbox: {
      async put(job, now) {
        await (stores.outbox?.put(job, now) ?? roundTrip())
        waitingJobs.push(job)
      },
    },
    emailJobs: {
      read: (record) => (record as { read: ReturnType<EmailJobs['read']> }).read,
      forget: async (id) => stores.emailJobs?.forget(id),
    },
    mailer: {
      async send(to, template, { locale }) {
        mailbox.push({ to, template, locale })
        return 'sent'
      },
    },
  }
}

/** Runs the mail function over the waiting jobs. Returns what it has mailed. */
export async function delivered(
  services: Parameters<typeof deliver.over>[0] & TestMail,
): Promise<TestMail['mailbox']> {
  const before = services.mailbox.length
  const expiresAt = services.clock.now() + 3600
  const Records = services.waitingJobs
    .splice(0)
    .map((job) => ({ read: { id: randomUUID(), job, expiresAt } }))
  const { batchItemFailures } = await deliver.over(services)(
    { Records } as unknown as DynamoDBStreamEvent,
    context(),
  )
  if (batchItemFailures.length > 0) throw new Error('An email job failed')
  return services.mailbox.slice(before)
}
