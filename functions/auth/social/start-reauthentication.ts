import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { flowAddress, flowOfUser, provider } from '../../../lib/contract/social.ts'
import { addressWithTicket } from '../../../lib/domain/social-tickets.ts'
import { route } from '../../../lib/lambda/route.ts'
import { rateLimiter, social, socialDestinations, users } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'startSocialReauthentication',
  path: '/auth/social/{provider}/reauthenticate',
  access: 'user',
  requires: 'providers',
  summary: 'Begin to prove yourself again with a provider',
  description:
    'The provider is told to ask for a new login. Some ignore this, and then the login proves nothing new. GitHub never tells when a ' +
    'user has logged in, so it is answered `not_found`. Only an account without password and second factor proves itself so.',
  params: z.object({ provider }),
  body: flowOfUser,
  responses: { 201: flowAddress },
  stepLimits: ['socialPerIp'],
  needs: ['keys/keyed-hash:GetParametersByPath', 'users:GetItem', 'sessions:UpdateItem', 'sessions:PutItem'],
})

const factories = { users, rateLimiter, social, socialDestinations }

export const handler = route(
  contract,
  factories,
  async ({ services, principal, params, body, client, reply }) => {
    const request = { ...params, ...body, client, purpose: 'reauthentication' } as const
    return reply(201, { url: await addressWithTicket(services, principal, request) })
  },
)
