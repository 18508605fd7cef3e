import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { passkey } from '../../lib/contract/models.ts'
import { passkeyView } from '../../lib/contract/views.ts'
import { route } from '../../lib/lambda/route.ts'
import { passkeys } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'listPasskeys',
  path: '/users/me/passkeys',
  access: 'user',
  summary: 'List your passkeys',
  responses: { 200: z.object({ passkeys: z.array(passkey) }) },
  needs: ['users:Query'],
})

export const handler = route(contract, { passkeys }, async ({ services, principal, reply }) => {
  const found = await services.passkeys.list(principal.userId)
  return reply(200, { passkeys: found.map(passkeyView) })
})
