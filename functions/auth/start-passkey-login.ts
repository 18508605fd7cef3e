import { defineContract } from '../../lib/contract/contract.ts'
import { requestOptions } from '../../lib/contract/passkeys.ts'
import { loginOptions } from '../../lib/domain/passkey-options.ts'
import { route } from '../../lib/lambda/route.ts'
import { keyedHashes, rateLimiter, relyingParty } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startPasskeyLogin',
  path: '/auth/passkey/options',
  access: 'public',
  summary: 'Get the options for a login with a passkey',
  description:
    'Give the answer to `navigator.credentials.get`, and its result to `POST /auth/passkey/login`. The options are the same for ' +
    'everybody: the browser offers the passkeys that it has.',
  responses: { 200: requestOptions },
  limits: ['passkeyOptionsPerIp'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'sessions:UpdateItem'],
})

const factories = { rateLimiter, relyingParty, keyedHashes }

export const handler = route(contract, factories, async ({ services, reply }) => {
  return reply(200, await loginOptions(services))
})
