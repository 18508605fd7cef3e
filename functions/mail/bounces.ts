import type { EventContract } from '../../lib/contract/contract.ts'
import { mailBounces } from '../../lib/lambda/bounces.ts'

export const contract: EventContract = {
  event: { source: 'aws.ses', types: ['Email Bounced', 'Email Complaint Received'] },
  memory: 256,
  timeout: 9,
}

export const handler = mailBounces
