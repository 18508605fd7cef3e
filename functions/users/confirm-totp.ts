import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { totpCode, transport } from '../../lib/contract/fields.ts'
import { factorChange } from '../../lib/contract/models.ts'
import { factorChangeNeeds } from '../../lib/contract/needs.ts'
import { confirmTotp } from '../../lib/domain/totp.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { factorChangeServices, totpEnrolmentServices } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'confirmTotp',
  path: '/users/me/totp/confirm',
  access: 'user',
  summary: 'Enrol an authenticator app with its first code',
  description:
    'Replaces an older enrolment. Ends every session; the caller continues with the tokens of the answer. With the first second ' +
    'factor of an account come ten recovery codes.',
  body: z.strictObject({ code: totpCode, transport }),
  responses: { 200: factorChange },
  refusals: ['invalid_code', 'email_not_verified', 'conflict'],
  stepLimits: ['factorChangesPerUser'],
  needs: [
    ...factorChangeNeeds,
    'keys/factors:GetParametersByPath',
    'keys/recovery-codes:GetParametersByPath',
    'users:PutItem',
  ],
})

const factories = { ...factorChangeServices, ...totpEnrolmentServices }

export const handler = route(contract, factories, async ({ services, principal, body, client, reply }) => {
  const { tokens, recoveryCodes } = await confirmTotp(services, principal, { code: body.code, client })
  const [answer, extra] = tokenReply(body.transport, tokens)
  return reply(200, { ...answer, recoveryCodes }, extra)
})
