import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email, name, newPassword } from '../../lib/contract/fields.ts'
import { user } from '../../lib/contract/models.ts'
import { signUp } from '../../lib/domain/sign-up.ts'
import { route } from '../../lib/http/route.ts'
import { breachedPasswords, commonPasswords, outbox, passwords, throttle, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/signup',
  access: 'public',
  summary: 'Open an account',
  description:
    'Where e-mails must be verified: 202 whether the e-mail is new or known, and a mail says how to go on. Elsewhere: 201 with the user, or 409.',
  body: z.strictObject({ email, password: newPassword, name }),
  responses: { 202: null, 201: z.object({ user }) },
  refusals: ['email_taken', 'weak_password'],
  limit: ['signupPerIp', 'signupMails'],
  needs: [
    'keys/pepper:GetParametersByPath',
    'keys/fingerprint:GetParametersByPath',
    'sessions:UpdateItem',
    'users:PutItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const parts = { throttle, users, passwords, commonPasswords, breachedPasswords, outbox }

export const handler = route(contract, parts, async ({ parts, body, client, reply }) => {
  const account = await signUp(parts, { ...body, client })
  return account ? reply(201, { user: account }) : reply(202)
})
