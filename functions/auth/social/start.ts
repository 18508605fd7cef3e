import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { exactlyOne } from '../../../lib/contract/fields.ts'
import { codeChallenge, provider, redirect } from '../../../lib/contract/social.ts'
import { beginSocialFlow } from '../../../lib/domain/social-flows.ts'
import { browser } from '../../../lib/lambda/browser.ts'
import { flowCookie } from '../../../lib/lambda/cookies.ts'
import { route } from '../../../lib/lambda/route.ts'
import { rateLimiter, social, socialDestinations, socialProviders } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'startSocialLogin',
  path: '/auth/social/{provider}',
  access: 'public',
  requires: 'providers',
  summary: 'Begin a login with a provider',
  description:
    'Navigate the browser here. It comes back to `redirect` with `#cardea_code=`, which `POST /auth/social/redeem` takes together ' +
    'with your code verifier, or with `#cardea_error=`. Send `redirect` and `codeChallenge`, or the `ticket` of a link or a ' +
    're-authentication. A request that may not redirect is answered with a problem.',
  navigation: true,
  takesFlowCookie: true,
  params: z.object({ provider }),
  query: z
    .strictObject({
      redirect: z.optional(redirect),
      codeChallenge: z.optional(codeChallenge),
      ticket: z.optional(z.string().check(z.maxLength(128))),
    })
    .check(exactlyOne('redirect', 'ticket'), exactlyOne('codeChallenge', 'ticket')),
  responses: { 302: null },
  refusals: ['invalid_link'],
  stepLimits: ['socialPerIp'],
  needs: [
    'keys/keyed-hash:GetParametersByPath',
    'sessions:UpdateItem',
    'sessions:DeleteItem',
    'sessions:PutItem',
  ],
})

const factories = { rateLimiter, social, socialProviders, socialDestinations }

export const handler = route(
  contract,
  factories,
  async ({ services, params, query, flowCookies, client, reply }) => {
    const begun = await beginSocialFlow(services, { ...params, ...query, flowCookies, client })
    return reply(302, undefined, { location: begun.location, cookie: flowCookie(begun.cookie) })
  },
  browser,
)
