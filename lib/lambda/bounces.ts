import type { Context } from 'aws-lambda'
import * as z from 'zod/mini'
import type { SecurityEvent } from '../domain/security-events.ts'
import { logEvent } from '../log.ts'

/**
 * A single word from SES or us. Anything else is left out, and the line is logged without it: a value could contain an address.
 */
const word = z.optional(z.catch(z.optional(z.string().check(z.regex(/^[\w-]{1,64}$/))), undefined))
/** SES sends each tag of a mail as a list. */
const tag = z.optional(z.catch(z.optional(z.tuple([z.string().check(z.regex(/^[\w-]{1,64}$/))])), undefined))

/** The fields that we read of an SES event, in EventBridge's envelope. No address is among them. */
const feedback = z.object({
  'detail-type': z.string(),
  detail: z.object({
    mail: z.optional(z.object({ tags: z.optional(z.object({ user: tag, template: tag })) })),
    bounce: z.optional(z.object({ bounceType: z.optional(z.string()), bounceSubType: word })),
    complaint: z.optional(z.object({ complaintFeedbackType: word, complaintSubType: word })),
  }),
})

/** Logs permanent bounces and spam complaints. SES suppresses further mails to such an address. */
export async function mailBounces(event: unknown, { awsRequestId: requestId }: Context): Promise<void> {
  const line = lineOf(event)
  if (line) logEvent(line, { actor: 'system', requestId })
}

function lineOf(event: unknown): SecurityEvent | undefined {
  const { 'detail-type': type, detail } = feedback.parse(event)
  const { user: [userId] = [], template: [template] = [] } = detail.mail?.tags ?? {}
  if (type === 'Email Bounced') {
    const { bounceType, bounceSubType: reason } = detail.bounce ?? {}
    // A full mailbox or an absence is temporary.
    return bounceType === 'Permanent' ? { type: 'mail.bounced', userId, template, reason } : undefined
  }
  const { complaintSubType, complaintFeedbackType } = detail.complaint ?? {}
  return { type: 'mail.complained', userId, template, reason: complaintSubType ?? complaintFeedbackType }
}
