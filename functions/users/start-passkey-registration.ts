import { defineContract } from '../../lib/contract/contract.ts'
import { creationOptions } from '../../lib/contract/passkeys.ts'
import { registrationOptions } from '../../lib/domain/passkey-options.ts'
import { route } from '../../lib/lambda/route.ts'
import { keyedHashes, passkeys, relyingParty, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startPasskeyRegistration',
  path: '/users/me/passkeys/options',
  access: 'user',
  fresh: true,
  summary: 'Get the options for a new passkey',
  description:
    'Give the answer to `navigator.credentials.create`, and its result to `POST /users/me/passkeys`, in the same session. With mail ' +
    'configured, the email must be verified first.',
  responses: { 200: creationOptions },
  refusals: ['email_not_verified', 'too_many_passkeys'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'users:GetItem', 'users:Query'],
})

const factories = { users, passkeys, relyingParty, keyedHashes }

export const handler = route(contract, factories, async ({ services, principal, reply }) => {
  return reply(200, await registrationOptions(services, principal))
})
