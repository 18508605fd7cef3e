import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { JWKS_MAX_AGE_SECONDS } from '../../lib/domain/lifetimes.ts'
import { route } from '../../lib/lambda/route.ts'
import { publishedKeys } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'getJwks',
  path: '/.well-known/jwks.json',
  access: 'public',
  summary: 'Public keys to verify access tokens with',
  description: 'A JWK set (RFC 7517) for any verifier of RS256 tokens.',
  responses: {
    200: z.object({
      keys: z.array(
        z.object({
          kty: z.literal('RSA'),
          use: z.literal('sig'),
          alg: z.literal('RS256'),
          kid: z.string(),
          n: z.string(),
          e: z.string(),
        }),
      ),
    }),
  },
  needs: ['keys/access/public:GetParametersByPath'],
  cacheControl: `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
})

export const handler = route(contract, { publishedKeys }, async ({ services, reply }) => {
  return reply(200, { keys: [...(await services.publishedKeys.list())] })
})
