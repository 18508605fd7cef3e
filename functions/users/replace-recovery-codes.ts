import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { transport } from '../../lib/contract/fields.ts'
import { factorChange } from '../../lib/contract/models.ts'
import { factorChangeNeeds } from '../../lib/contract/needs.ts'
import { replaceRecoveryCodes } from '../../lib/domain/recovery-codes.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { factorChangeServices, recoveryCodeHashes } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'replaceRecoveryCodes',
  path: '/users/me/recovery-codes',
  access: 'user',
  fresh: true,
  summary: 'Replace all recovery codes',
  description:
    'The old codes no longer work. Ends every session; the caller continues with the tokens of the answer. An account without a ' +
    'second factor has no recovery codes.',
  body: z.strictObject({ transport }),
  responses: { 200: factorChange },
  refusals: ['not_found', 'conflict'],
  limits: ['factorChangesPerUser'],
  needs: [...factorChangeNeeds, 'keys/recovery-codes:GetParametersByPath', 'users:PutItem'],
})

const factories = { ...factorChangeServices, recoveryCodeHashes }

export const handler = route(contract, factories, async ({ services, principal, body, client, reply }) => {
  const { tokens, recoveryCodes } = await replaceRecoveryCodes(services, principal, client)
  const [answer, extra] = tokenReply(body.transport, tokens)
  return reply(200, { ...answer, recoveryCodes }, extra)
})
