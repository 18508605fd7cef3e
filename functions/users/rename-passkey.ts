import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { name } from '../../lib/contract/fields.ts'
import { passkey } from '../../lib/contract/models.ts'
import { passkeyId } from '../../lib/contract/passkeys.ts'
import { passkeyView } from '../../lib/contract/views.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import { route } from '../../lib/lambda/route.ts'
import { passkeys } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'PATCH',
  operationId: 'renamePasskey',
  path: '/users/me/passkeys/{passkeyId}',
  access: 'user',
  summary: 'Rename one of your passkeys',
  params: z.object({ passkeyId }),
  body: z.strictObject({ name }),
  responses: { 200: passkey },
  needs: ['users:UpdateItem'],
})

export const handler = route(contract, { passkeys }, async ({ services, principal, params, body, reply }) => {
  const renamed = await services.passkeys.rename(principal.userId, params.passkeyId, body.name)
  if (!renamed) throw new Refusal('not_found')
  return reply(200, passkeyView(renamed))
})
