import type { AuthorizerContract } from '../../lib/contract/contract.ts'
import { authorizer } from '../../lib/lambda/authorizer.ts'
import { accessTokenVerifier, denylist } from '../../lib/services.ts'

export const contract: AuthorizerContract = {
  authorizer: true,
  needs: ['keys/access/public:GetParametersByPath', 'refresh-token-denylist:BatchGetItem'],
  memory: 256,
  timeout: 5,
}

export const handler = authorizer({ accessTokenVerifier, denylist })
