import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { route } from '../../lib/lambda/route.ts'
import project from '../../package.json' with { type: 'json' }

export const contract = defineContract({
  method: 'GET',
  operationId: 'getIndex',
  path: '/',
  access: 'public',
  summary: 'Name, version and links of this API',
  responses: {
    200: z.object({
      name: z.string(),
      version: z.string(),
      links: z.object({ openapi: z.string(), jwks: z.string(), health: z.string() }),
    }),
  },
  cacheControl: 'public, max-age=300',
})

const links = { openapi: '/openapi.json', jwks: '/.well-known/jwks.json', health: '/health' }

export const handler = route(contract, {}, async ({ reply }) => {
  return reply(200, { name: project.name, version: project.version, links })
})
