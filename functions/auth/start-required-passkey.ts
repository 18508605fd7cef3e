import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { creationOptions } from '../../lib/contract/passkeys.ts'
import { requiredPasskeyOptions } from '../../lib/domain/required-enrolment.ts'
import { route } from '../../lib/lambda/route.ts'
import { authSessions, keyedHashes, passkeys, relyingParty } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startRequiredPasskey',
  path: '/auth/second-factor/passkey/options',
  access: 'public',
  summary: 'Get the options for a passkey in a login that needs a second factor to be added',
  description:
    'Takes the `authSession` of the answer `second_factor_enrolment_required`. Give the answer to `navigator.credentials.create`.',
  body: z.strictObject({ authSession: token }),
  responses: { 200: creationOptions },
  refusals: ['invalid_auth_session', 'email_not_verified'],
  needs: [
    'keys/keyed-hash:GetParametersByPath',
    'sessions:BatchGetItem',
    'users:BatchGetItem',
    'users:Query',
  ],
})

const factories = { authSessions, passkeys, relyingParty, keyedHashes }

export const handler = route(contract, factories, async ({ services, body, reply }) => {
  return reply(200, await requiredPasskeyOptions(services, body.authSession))
})
