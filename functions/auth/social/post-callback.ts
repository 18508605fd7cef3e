import * as z from 'zod/mini'
import { defineContract } from '../../../lib/contract/contract.ts'
import { postedCallback, provider } from '../../../lib/contract/social.ts'
import { callbackAddress } from '../../../lib/domain/provider-settings.ts'
import { addNameToFlow } from '../../../lib/domain/social-callback.ts'
import { browser } from '../../../lib/lambda/browser.ts'
import { route } from '../../../lib/lambda/route.ts'
import { social, socialDestinations } from '../../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'postSocialLogin',
  path: '/auth/social/{provider}/callback',
  access: 'public',
  requires: 'providers',
  summary: 'Come back from a provider that posts a form',
  description:
    'Apple posts its answer, and the name of the person in the first login only. A form of another site carries no cookie, so the ' +
    'browser goes on to the GET of the same address, which does the rest.',
  redirectsFailures: true,
  params: z.object({ provider }),
  form: postedCallback,
  responses: { 303: null },
  needs: ['sessions:UpdateItem'],
})

const factories = { social, socialDestinations }

export const handler = route(
  contract,
  factories,
  async ({ services, params, form, reply }) => {
    const { user, ...answer } = form
    await addNameToFlow(services, { state: form.state, name: user })
    const query = new URLSearchParams(answer)
    const callback = callbackAddress(services.issuer, encodeURIComponent(params.provider))
    return reply(303, undefined, { location: `${callback}?${query}` })
  },
  browser,
)
