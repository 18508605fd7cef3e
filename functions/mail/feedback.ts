import type { EventContract } from '../../lib/contract/contract.ts'
import { mailFeedback } from '../../lib/lambda/mail-feedback.ts'

export const contract: EventContract = {
  event: { source: 'aws.ses', types: ['Email Bounced', 'Email Complaint Received'] },
  memory: 256,
  timeout: 9,
}

export const handler = mailFeedback
