import type { Context } from 'aws-lambda'
import * as z from 'zod/mini'
import type { SecurityEvent } from '../domain/events.ts'
import { logEvent } from '../log.ts'

/** A word of SES's or of ours. What is none is left out: the line is worth more than its details, and must not hold an address. */
const word = z.optional(z.catch(z.optional(z.string().check(z.regex(/^[\w-]{1,64}$/))), undefined))
/** SES gives each tag of a mail as a list. */
const tag = z.optional(z.catch(z.optional(z.tuple([z.string().check(z.regex(/^[\w-]{1,64}$/))])), undefined))

/** What is read of an event of SES in EventBridge's envelope; it holds addresses, which are not. */
const feedback = z.object({
  'detail-type': z.string(),
  detail: z.object({
    mail: z.optional(z.object({ tags: z.optional(z.object({ user: tag, template: tag })) })),
    bounce: z.optional(z.object({ bounceType: z.optional(z.string()), bounceSubType: word })),
    complaint: z.optional(z.object({ complaintFeedbackType: word, complaintSubType: word })),
  }),
})

/** Logs that a mail bounced for good, or that its reader called it spam; SES keeps further mails from that address. */
export async function mailBounces(event: unknown, { awsRequestId: requestId }: Context): Promise<void> {
  const line = lineOf(event)
  if (line) logEvent(line, { actor: 'system', requestId })
}

function lineOf(event: unknown): SecurityEvent | undefined {
  const { 'detail-type': type, detail } = feedback.parse(event)
  const { user: [userId] = [], template: [template] = [] } = detail.mail?.tags ?? {}
  if (type === 'Email Bounced') {
    const { bounceType, bounceSubType: reason } = detail.bounce ?? {}
    // A full mailbox, or an absence, passes.
    return bounceType === 'Permanent' ? { type: 'mail.bounced', userId, template, reason } : undefined
  }
  const { complaintSubType, complaintFeedbackType } = detail.complaint ?? {}
  return { type: 'mail.complained', userId, template, reason: complaintSubType ?? complaintFeedbackType }
}
