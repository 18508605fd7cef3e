import type { StreamContract } from '../../lib/contract/contract.ts'
import { processEmailJob } from '../../lib/domain/email-job-processing.ts'
import { deliverer } from '../../lib/lambda/email-job-stream.ts'
import {
  codes,
  emailJobs,
  factorUndos,
  keyedHashes,
  mailer,
  rateLimiter,
  social,
  users,
} from '../../lib/services.ts'

export const contract: StreamContract = {
  stream: { prefix: 'MAIL#' },
  stepLimits: ['mailsPerRecipient', 'resetsPerRecipient'],
  needs: [
    'keys/keyed-hash:GetParametersByPath',
    'sessions/stream:Read',
    'users:GetItem',
    'users:UpdateItem',
    'users:PutItem',
    'refresh-token-denylist:PutItem',
    'sessions:PutItem',
    'sessions:UpdateItem',
    'sessions:DeleteItem',
    'mail:SendEmail',
  ],
  providerNeeds: ['sessions:GetItem'],
  memory: 256,
  timeout: 60,
}

const factories = { users, codes, social, factorUndos, keyedHashes, rateLimiter, mailer, emailJobs }

export const handler = deliverer(factories, processEmailJob)
