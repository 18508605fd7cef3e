import type { EmailJob, NotificationJob } from './email-jobs.ts'
import type { Notification } from './policy.ts'
import type { Ports } from './ports.ts'

/** Tells a user about a change of the account, if this notification is enabled. */
export async function notify(
  ports: Pick<Ports, 'policy' | 'outbox' | 'clock' | 'events'>,
  job: NotificationJob,
): Promise<void> {
  const notification: Notification = job.type
  if (!ports.policy.sendsMail || !ports.policy.notifications.includes(notification)) return
  await queueEmailJob(ports, job)
}

/** Writes an email job about something that has already happened. A failure is logged and does not fail the request. */
export async function queueEmailJob(
  { outbox, clock, events }: Pick<Ports, 'outbox' | 'clock' | 'events'>,
  job: Extract<EmailJob, { userId: string }>,
): Promise<void> {
  const { userId, type } = job
  await outbox.put(job, clock.now()).catch(() => events.record({ type: 'mail.lost', userId, job: type }))
}
