import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { flowAddress, flowOfUser, provider } from '../../../lib/contract/social.ts'
import { addressWithTicket } from '../../../lib/domain/social-tickets.ts'
import { route } from '../../../lib/lambda/route.ts'
import { rateLimiter, social, socialDestinations, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startSocialLink',
  path: '/auth/social/{provider}/link',
  access: 'user',
  fresh: true,
  requires: 'providers',
  summary: 'Begin to link a login with a provider to your account',
  description:
    'Navigate the browser to the answered address. It comes back to `redirect` with `#cardea_code=`, which `POST ' +
    '/users/me/identities` takes together with your code verifier.',
  params: z.object({ provider }),
  body: flowOfUser,
  responses: { 201: flowAddress },
  refusals: ['email_not_verified', 'too_many_identities'],
  stepLimits: ['socialPerIp'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'users:GetItem', 'sessions:UpdateItem', 'sessions:PutItem'],
})

const factories = { users, rateLimiter, social, socialDestinations }

export const handler = route(
  contract,
  factories,
  async ({ services, principal, params, body, client, reply }) => {
    const request = { ...params, ...body, client, purpose: 'link' } as const
    return reply(201, { url: await addressWithTicket(services, principal, request) })
  },
)
