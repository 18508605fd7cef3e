import { defineContract } from '../../lib/contract/contract.ts'
import { totpEnrolment } from '../../lib/contract/models.ts'
import { startTotp } from '../../lib/domain/totp.ts'
import { route } from '../../lib/lambda/route.ts'
import { totpSecrets, totps, users } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startTotp',
  path: '/users/me/totp',
  access: 'user',
  fresh: true,
  summary: 'Start to enrol an authenticator app',
  description:
    'Show `uri` as a QR code, and `secret` as text. The enrolment waits ten minutes for its first code, in this session. Until ' +
    'then nothing changes. A new one replaces it.',
  responses: { 201: totpEnrolment },
  refusals: ['email_not_verified'],
  needs: ['keys/factors:GetParametersByPath', 'users:GetItem', 'sessions:PutItem'],
})

export const handler = route(
  contract,
  { users, totps, totpSecrets },
  async ({ services, principal, reply }) => reply(201, await startTotp(services, principal)),
)
