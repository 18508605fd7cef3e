import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { creationOptions } from '../../lib/contract/passkeys.ts'
import { signUpPasskeyOptions } from '../../lib/domain/sign-up-completion.ts'
import { route } from '../../lib/lambda/route.ts'
import { codes, keyedHashes, passkeys, relyingParty } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startSignUpPasskey',
  path: '/auth/finish-sign-up/passkey/options',
  access: 'public',
  summary: 'Get the options for the first passkey of an account that has no password',
  description:
    'Takes the token of the link `/finish-sign-up#token=...`, and does not use it up. Give the answer to ' +
    '`navigator.credentials.create`.',
  body: z.strictObject({ token }),
  responses: { 200: creationOptions },
  refusals: ['invalid_link'],
  needs: [
    'keys/keyed-hash:GetParametersByPath',
    'sessions:BatchGetItem',
    'users:BatchGetItem',
    'users:Query',
  ],
})

const factories = { codes, passkeys, relyingParty, keyedHashes }

export const handler = route(contract, factories, async ({ services, body, reply }) => {
  return reply(200, await signUpPasskeyOptions(services, body.token))
})
