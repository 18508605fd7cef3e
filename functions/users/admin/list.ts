import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { email } from '../../../lib/contract/fields.ts'
import { listedUser } from '../../../lib/contract/models.ts'
import { listUsers } from '../../../lib/domain/user-listing.ts'
import { route } from '../../../lib/lambda/route.ts'
import { cursors, users } from '../../../lib/services.ts'

const limit = z
  .pipe(
    z
      .string()
      .check(z.refine((text) => /^([1-9]\d?|100)$/.test(text), 'must be a whole number from 1 to 100')),
    z.transform(Number),
  )
  .register(z.globalRegistry, { type: 'integer', minimum: 1, maximum: 100 })

export const contract = defineContract({
  method: 'GET',
  operationId: 'adminListUsers',
  path: '/users',
  access: 'admin',
  summary: 'List users page by page, or find the one with an email',
  query: z.strictObject({
    limit: z._default(limit, 50),
    order: z._default(z.enum(['asc', 'desc']), 'desc'),
    cursor: z.optional(z.string().check(z.maxLength(1024))),
    email: z.optional(email),
  }),
  responses: {
    200: z.object({ users: z.array(listedUser), nextCursor: z.nullable(z.string()) }),
  },
  needs: ['keys/refresh:GetParametersByPath', 'users/listing:Query', 'users:BatchGetItem', 'users:GetItem'],
})

export const handler = route(contract, { users, cursors }, async ({ services, principal, query, reply }) => {
  const page = await listUsers(services, principal, query)
  const subject = query.email === undefined ? undefined : page.users[0]?.id
  return reply(200, page, { subject })
})
