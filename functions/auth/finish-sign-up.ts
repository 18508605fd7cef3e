import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { newPassword, token } from '../../lib/contract/fields.ts'
import { factorRemovalNeeds } from '../../lib/contract/needs.ts'
import { finishSignUp } from '../../lib/domain/sign-up-completion.ts'
import { route } from '../../lib/lambda/route.ts'
import { codes, factorServices, outbox, passwordServices, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'finishSignUp',
  path: '/auth/finish-sign-up',
  access: 'public',
  summary: 'Set the first password of an account that has none',
  description:
    'Takes the token of the link `/finish-sign-up#token=...`, which is mailed after a sign-up without a password, and after two ' +
    'sign-ups with different passwords. Verifies the email, and opens no session. If the account has got a ' +
    'password or a passkey meanwhile, the answer is `invalid_link`.',
  body: z.strictObject({ token, newPassword }),
  responses: { 204: null },
  refusals: ['invalid_link', 'weak_password', 'conflict'],
  needs: [
    ...factorRemovalNeeds,
    'keys/pepper:GetParametersByPath',
    'sessions:BatchGetItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
    'users:UpdateItem',
    'refresh-token-denylist:PutItem',
  ],
  memory: 1769,
})

const factories = { users, codes, outbox, ...passwordServices, ...factorServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  await finishSignUp(services, body, client)
  return reply(204)
})
