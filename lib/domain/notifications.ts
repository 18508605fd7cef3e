import type { EmailJob, NotificationJob } from './email-jobs.ts'
import type { Notification } from './policy.ts'
import type { Ports } from './ports.ts'

/** Tells a user what happened to the account, if that is wanted. */
export async function notify(
  ports: Pick<Ports, 'policy' | 'outbox' | 'clock' | 'events'>,
  job: NotificationJob,
): Promise<void> {
  const notice: Notification = job.type
  if (ports.policy.sendsMail && ports.policy.notifications.includes(notice)) await queueEmailJob(ports, job)
}

/** Leaves an job that follows from what has happened already: it has happened, mailed or not. */
export async function queueEmailJob(
  { outbox, clock, events }: Pick<Ports, 'outbox' | 'clock' | 'events'>,
  job: Extract<EmailJob, { userId: string }>,
): Promise<void> {
  const { userId, type } = job
  await outbox.put(job, clock.now()).catch(() => events.record({ type: 'mail.lost', userId, job: type }))
}
