import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { JWKS_MAX_AGE_SECONDS } from '../../lib/domain/lifetimes.ts'
import { route } from '../../lib/lambda/route.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'getOpenidConfiguration',
  path: '/.well-known/openid-configuration',
  access: 'public',
  summary: 'Discovery for verifiers of access tokens',
  description:
    'The part of OpenID Connect Discovery that applies to this API, and all that a verifier such as API Gateway’s JWT ' +
    'authorizer needs. There are no ID tokens; the algorithms are those of access tokens.',
  responses: {
    200: z.object({
      issuer: z.url(),
      jwks_uri: z.url(),
      id_token_signing_alg_values_supported: z.array(z.literal('RS256')),
    }),
  },
  cacheControl: `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
})

export const handler = route(contract, {}, async ({ services: { issuer }, reply }) => {
  const jwks_uri = `${issuer}/.well-known/jwks.json`
  return reply(200, { issuer, jwks_uri, id_token_signing_alg_values_supported: ['RS256'] })
})
