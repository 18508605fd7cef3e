import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { newPassword, password, transport } from '../../lib/contract/fields.ts'
import { grant } from '../../lib/contract/models.ts'
import { changePassword } from '../../lib/domain/password-changes.ts'
import { grantTo } from '../../lib/lambda/grant.ts'
import { route } from '../../lib/lambda/route.ts'
import {
  accessTokenIssuer,
  breachedPasswords,
  commonPasswords,
  outbox,
  passwords,
  refreshTokens,
  throttle,
  users,
} from '../../lib/services.ts'

export const contract = defineContract({
  method: 'PUT',
  path: '/users/me/password',
  access: 'user',
  summary: 'Change your own password',
  description:
    'Ends every session. The one that asks goes on with the new tokens of the answer; all others log in again.',
  body: z.strictObject({ currentPassword: password, newPassword, transport }),
  responses: { 200: grant },
  refusals: ['wrong_password', 'weak_password', 'conflict'],
  limit: ['passwordPerUser'],
  needs: [
    'keys/access/private:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'keys/pepper:GetParametersByPath',
    'keys/fingerprint:GetParametersByPath',
    'sessions:UpdateItem',
    'users:GetItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
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
  accessTokenIssuer,
  refreshTokens,
  outbox,
}

export const handler = route(contract, parts, async ({ parts, caller, body, client, reply }) => {
  const granted = await changePassword(parts, caller, { ...body, client })
  return reply(200, ...grantTo(body.transport, granted))
})
