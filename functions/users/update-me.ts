import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { locale, name, notEmpty } from '../../lib/contract/fields.ts'
import { user } from '../../lib/contract/models.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import { route } from '../../lib/lambda/route.ts'
import { users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'PATCH',
  operationId: 'updateMe',
  path: '/users/me',
  access: 'user',
  summary: 'Change your own name or language',
  body: z.strictObject({ name: z.optional(name), locale: z.optional(locale) }).check(notEmpty),
  responses: { 200: user },
  needs: ['users:UpdateItem'],
})

export const handler = route(contract, { users }, async ({ services, principal, body, reply }) => {
  const account = await services.users.setProfile(principal.userId, body)
  if (!account) throw new Refusal('unauthorized')
  if (body.name) services.events.record({ type: 'user.renamed', userId: account.id })
  return reply(200, account)
})
