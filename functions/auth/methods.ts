import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { signUpPolicies } from '../../lib/domain/policy.ts'
import { route } from '../../lib/lambda/route.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'getMethods',
  path: '/auth/methods',
  access: 'public',
  requires: 'providers',
  summary: 'What this deployment offers to log in with',
  responses: {
    200: z.object({
      emailLogin: z.boolean(),
      passkeys: z.boolean(),
      signUp: z.enum(signUpPolicies),
      providers: z.readonly(z.array(z.object({ name: z.string(), label: z.string() }))),
    }),
  },
  cacheControl: 'public, max-age=60',
})

export const handler = route(contract, {}, async ({ services, reply }) => {
  const { emailLogin, signUp, providers } = services.policy
  return reply(200, { emailLogin, passkeys: true, signUp, providers })
})
