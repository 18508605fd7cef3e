import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email, name, newPassword } from '../../lib/contract/fields.ts'
import { user } from '../../lib/contract/models.ts'
import { signUp } from '../../lib/domain/accounts.ts'
import { route } from '../../lib/http/route.ts'
import { passwords, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/signup',
  access: 'public',
  summary: 'Open an account',
  body: z.strictObject({ email, password: newPassword, name }),
  responses: { 201: z.object({ user }) },
  refusals: ['email_taken'],
  needs: ['users:PutItem'],
  memory: 1769,
})

export const handler = route(contract, { users, passwords }, async ({ parts, body, reply }) => {
  return reply(201, { user: await signUp(parts, body) })
})
