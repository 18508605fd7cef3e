import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { provider } from '../../../lib/contract/social.ts'
import { finishSocialFlow } from '../../../lib/domain/social-callback.ts'
import { browser } from '../../../lib/lambda/browser.ts'
import { route } from '../../../lib/lambda/route.ts'
import { social, socialDestinations, socialProviders } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'finishSocialLogin',
  path: '/auth/social/{provider}/callback',
  access: 'public',
  requires: 'providers',
  summary: 'Come back from a provider',
  description:
    'The provider sends the browser here. It goes on to the `redirect` of its flow with `#cardea_code=`, which is valid for a ' +
    'minute, or with `#cardea_error=`: `access_denied`, `provider_unavailable`, `provider_error` or `unavailable`. A flow that is ' +
    'unknown, used, too old, or of another browser or provider goes on to the login page, with `#cardea_error=social_expired`.',
  navigation: true,
  redirectsFailures: true,
  takesFlowCookie: true,
  params: z.object({ provider }),
  anyQuery: true,
  responses: { 302: null },
  needs: [
    'keys/providers:GetParametersByPath',
    'keys/factors:GetParametersByPath',
    'sessions:GetItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const factories = { social, socialProviders, socialDestinations }

export const handler = route(
  contract,
  factories,
  async ({ services, params, query, flowCookies, reply }) => {
    const location = await finishSocialFlow(services, { ...params, parameters: query, flowCookies })
    return reply(302, undefined, { location })
  },
  browser,
)
