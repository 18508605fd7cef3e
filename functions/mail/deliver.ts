import type { StreamContract } from '../../lib/contract/contract.ts'
import { fulfil } from '../../lib/domain/correspondence.ts'
import { deliverer } from '../../lib/lambda/deliver.ts'
import { codes, fingerprints, mailer, orders, throttle, users } from '../../lib/services.ts'

export const contract: StreamContract = {
  stream: { prefix: 'MAIL#' },
  limit: ['mailsPerRecipient', 'resetsPerRecipient'],
  needs: [
    'keys/fingerprint:GetParametersByPath',
    'sessions/stream:Read',
    'users:GetItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:PutItem',
    'sessions:UpdateItem',
    'sessions:DeleteItem',
    'mail:SendEmail',
  ],
  memory: 256,
  timeout: 60,
}

const parts = { users, codes, fingerprints, throttle, mailer, orders }

export const handler = deliverer(parts, fulfil)
