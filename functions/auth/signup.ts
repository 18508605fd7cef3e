import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { email, name, newPassword, transport } from '../../lib/contract/fields.ts'
import { grant } from '../../lib/contract/models.ts'
import { signUp } from '../../lib/domain/sign-up.ts'
import { grantTo } from '../../lib/lambda/grant.ts'
import { route } from '../../lib/lambda/route.ts'
import {
  accessTokenIssuer,
  breachedPasswords,
  commonPasswords,
  outbox,
  passwords,
  refreshTokens,
  sessions,
  throttle,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  path: '/auth/signup',
  access: 'public',
  summary: 'Open an account',
  description:
    'Where emails must be verified: 202 whether the email is new or known, without tokens, and a mail says how to go on. Elsewhere: 201 with the tokens of a new session, as at login, or 409.',
  body: z.strictObject({ email, password: newPassword, name, transport }),
  responses: { 202: null, 201: grant },
  refusals: ['email_taken', 'weak_password'],
  limit: ['signupPerIp', 'signupMails'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'keys/pepper:GetParametersByPath',
    'keys/fingerprint:GetParametersByPath',
    'sessions:UpdateItem',
    'users:PutItem',
    'sessions:PutItem',
  ],
  memory: 1769,
})

const parts = {
  throttle,
  users,
  passwords,
  commonPasswords,
  breachedPasswords,
  outbox,
  sessions,
  accessTokenIssuer,
  refreshTokens,
}

export const handler = route(contract, parts, async ({ parts, body, client, reply }) => {
  const { transport, ...input } = body
  const granted = await signUp(parts, { ...input, client })
  return granted ? reply(201, ...grantTo(transport, granted)) : reply(202)
})
