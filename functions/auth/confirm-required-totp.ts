import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token, totpCode, transport } from '../../lib/contract/fields.ts'
import { factorChange } from '../../lib/contract/models.ts'
import { factorWriteNeeds } from '../../lib/contract/needs.ts'
import { confirmRequiredTotp } from '../../lib/domain/required-enrolment.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { authSessions, factorChangeServices, totpEnrolmentServices } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'confirmRequiredTotp',
  path: '/auth/second-factor/totp/confirm',
  access: 'public',
  summary: 'Enrol an authenticator app, and complete the login',
  description:
    'Takes the `authSession` that started the enrolment, and the first code of the app. The answer has ten recovery codes.',
  body: z.strictObject({ authSession: token, code: totpCode, transport }),
  responses: { 200: factorChange },
  refusals: ['invalid_auth_session', 'invalid_code', 'email_not_verified', 'identity_taken', 'conflict'],
  limits: ['loginPerIp'],
  needs: [
    ...factorWriteNeeds,
    'keys/keyed-hash:GetParametersByPath',
    'keys/factors:GetParametersByPath',
    'keys/recovery-codes:GetParametersByPath',
    'sessions:BatchGetItem',
    'sessions:GetItem',
    'sessions:UpdateItem',
    'users:BatchGetItem',
    'users:PutItem',
  ],
})

const factories = { authSessions, ...factorChangeServices, ...totpEnrolmentServices }

export const handler = route(contract, factories, async ({ services, body, client, reply }) => {
  const { tokens, recoveryCodes } = await confirmRequiredTotp(services, { ...body, client })
  const [answer, extra] = tokenReply(body.transport, tokens)
  return reply(200, { ...answer, recoveryCodes }, extra)
})
