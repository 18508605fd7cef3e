import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { transport } from '../../lib/contract/fields.ts'
import { identityLinked, redeemedCode } from '../../lib/contract/identities.ts'
import { factorChangeNeeds } from '../../lib/contract/needs.ts'
import { identityView } from '../../lib/contract/views.ts'
import { linkIdentity } from '../../lib/domain/identities.ts'
import { route } from '../../lib/lambda/route.ts'
import { tokenReply } from '../../lib/lambda/token-reply.ts'
import { factorChangeServices, social } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'linkIdentity',
  path: '/users/me/identities',
  access: 'user',
  requires: 'providers',
  summary: 'Link a provider account with the code that came back from the provider',
  description:
    'The flow began with `POST /auth/social/{provider}/link` of the same user. Ends every session: the caller continues with the ' +
    'tokens of the answer.',
  body: z.strictObject({ ...redeemedCode, transport }),
  responses: { 201: identityLinked },
  refusals: ['invalid_code', 'email_not_verified', 'too_many_identities', 'identity_taken', 'conflict'],
  stepLimits: ['factorChangesPerUser'],
  needs: [...factorChangeNeeds, 'users:PutItem'],
})

export const handler = route(
  contract,
  { ...factorChangeServices, social },
  async ({ services, principal, body, client, reply }) => {
    const { tokens, identity } = await linkIdentity(services, principal, body, client)
    const [answer, extra] = tokenReply(body.transport, tokens)
    return reply(201, { ...answer, identity: identityView(identity) }, extra)
  },
)
