import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { name, token, transport } from '../../lib/contract/fields.ts'
import { factorWriteNeeds } from '../../lib/contract/needs.ts'
import { passkeyAdded, registrationResponse } from '../../lib/contract/passkeys.ts'
import { passkeyView } from '../../lib/contract/views.ts'
import { addRequiredPasskey } from '../../lib/domain/required-enrolment.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { authSessions, factorChangeServices, passkeyRegistrationServices } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'addRequiredPasskey',
  path: '/auth/second-factor/passkey',
  access: 'public',
  summary: 'Add a passkey, and complete the login',
  description:
    'Takes the `authSession` that got the options, and their result. Answers with ten recovery codes.',
  body: z.strictObject({
    authSession: token,
    passkey: registrationResponse,
    name: z.optional(name),
    transport,
  }),
  responses: { 201: passkeyAdded },
  refusals: [
    'invalid_auth_session',
    'invalid_passkey',
    'passkey_exists',
    'email_not_verified',
    'identity_taken',
    'conflict',
  ],
  limits: ['loginPerIp'],
  needs: [
    ...factorWriteNeeds,
    'keys/keyed-hash:GetParametersByPath',
    'keys/recovery-codes:GetParametersByPath',
    'sessions:BatchGetItem',
    'sessions:UpdateItem',
    'users:BatchGetItem',
    'users:PutItem',
  ],
})

const factories = { authSessions, ...factorChangeServices, ...passkeyRegistrationServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  const { tokens, passkey, recoveryCodes } = await addRequiredPasskey(services, { ...body, client })
  const [answer, extra] = tokenReply(body.transport, tokens)
  return reply(201, { ...answer, passkey: passkeyView(passkey), recoveryCodes }, extra)
})
