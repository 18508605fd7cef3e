import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { name, transport } from '../../lib/contract/fields.ts'
import { factorChangeNeeds } from '../../lib/contract/needs.ts'
import { passkeyAdded, registrationResponse } from '../../lib/contract/passkeys.ts'
import { passkeyView } from '../../lib/contract/views.ts'
import { addPasskey } from '../../lib/domain/passkeys.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { factorChangeServices, passkeyRegistrationServices } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'addPasskey',
  path: '/users/me/passkeys',
  access: 'user',
  fresh: true,
  summary: 'Add a passkey',
  description:
    'Takes what the browser made of the options. With the first second factor of an account come ten recovery codes. Ends every ' +
    'session; the caller continues with the tokens of the answer.',
  body: z.strictObject({ passkey: registrationResponse, name: z.optional(name), transport }),
  responses: { 201: passkeyAdded },
  refusals: ['email_not_verified', 'invalid_passkey', 'passkey_exists', 'too_many_passkeys', 'conflict'],
  limits: ['factorChangesPerUser'],
  needs: [...factorChangeNeeds, 'keys/recovery-codes:GetParametersByPath', 'users:PutItem'],
})

const factories = { ...factorChangeServices, ...passkeyRegistrationServices }

export const handler = route(contract, factories, async ({ services, principal, body, client, reply }) => {
  const { tokens, passkey, recoveryCodes } = await addPasskey(services, principal, { ...body, client })
  const [answer, extra] = tokenReply(body.transport, tokens)
  return reply(201, { ...answer, passkey: passkeyView(passkey), recoveryCodes }, extra)
})
