import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { name, token } from '../../lib/contract/fields.ts'
import { factorRemovalNeeds } from '../../lib/contract/needs.ts'
import { registrationResponse } from '../../lib/contract/passkeys.ts'
import { finishSignUpWithPasskey } from '../../lib/domain/sign-up-completion.ts'
import { route } from '../../lib/lambda/route.ts'
import { codes, factorServices, outbox, passkeyRegistrationServices, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'finishSignUpWithPasskey',
  path: '/auth/finish-sign-up/passkey',
  access: 'public',
  summary: 'Set a passkey as the first way to log in to an account',
  description:
    'Takes the token that got the options, and what the browser made of them. Verifies the email, and opens no session: log in ' +
    'with the passkey. The answer has ten recovery codes.',
  body: z.strictObject({ token, passkey: registrationResponse, name: z.optional(name) }),
  responses: { 200: z.object({ recoveryCodes: z.readonly(z.array(z.string())) }) },
  refusals: ['invalid_link', 'invalid_passkey', 'passkey_exists', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    'keys/keyed-hash:GetParametersByPath',
    'keys/recovery-codes:GetParametersByPath',
    'sessions:BatchGetItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
    'users:UpdateItem',
    'users:PutItem',
    'refresh-token-denylist:PutItem',
  ],
})

const factories = { users, codes, outbox, ...factorServices, ...passkeyRegistrationServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  return reply(200, { recoveryCodes: await finishSignUpWithPasskey(services, body, client) })
})
