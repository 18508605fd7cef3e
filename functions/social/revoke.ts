import type { StreamContract } from '../../lib/contract/contract.ts'
import { revokeToken } from '../../lib/domain/token-revocation.ts'
import { revoker } from '../../lib/lambda/revocation-stream.ts'
import { revocations, socialProviders } from '../../lib/services.ts'

export const contract: StreamContract = {
  stream: { prefix: 'REVOCATION#' },
  requires: 'providers',
  needs: [
    'keys/providers:GetParametersByPath',
    'keys/factors:GetParametersByPath',
    'sessions/stream:Read',
    'sessions:DeleteItem',
  ],
  memory: 256,
  timeout: 60,
}

export const handler = revoker({ revocations, socialProviders }, revokeToken)
