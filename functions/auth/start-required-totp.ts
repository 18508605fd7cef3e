import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { totpEnrolment } from '../../lib/contract/models.ts'
import { startRequiredTotp } from '../../lib/domain/required-enrolment.ts'
import { route } from '../../lib/lambda/route.ts'
import { authSessions, totpSecrets, totps } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startRequiredTotp',
  path: '/auth/second-factor/totp',
  access: 'public',
  summary: 'Start to enrol an authenticator app in a login that needs one',
  description:
    'Takes the `authSession` of the answer `second_factor_enrolment_required`, which is good for ten minutes. Show `uri` as a QR ' +
    'code, and `secret` as text.',
  body: z.strictObject({ authSession: token }),
  responses: { 201: totpEnrolment },
  refusals: ['invalid_auth_session', 'email_not_verified'],
  needs: [
    'keys/factors:GetParametersByPath',
    'sessions:BatchGetItem',
    'users:BatchGetItem',
    'sessions:PutItem',
  ],
})

const factories = { authSessions, totps, totpSecrets }

export const handler = route(contract, factories, async ({ services, body, reply }) => {
  return reply(201, await startRequiredTotp(services, body.authSession))
})
