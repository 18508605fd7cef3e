import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { route } from '../../lib/lambda/route.ts'
import document from '../openapi.json' with { type: 'json' }

export const contract = defineContract({
  method: 'GET',
  operationId: 'getOpenapi',
  path: '/openapi.json',
  access: 'public',
  summary: 'This API as an OpenAPI 3.1 document',
  responses: { 200: z.looseObject({ openapi: z.string() }) },
  cacheControl: 'public, max-age=300',
})

export const handler = route(contract, {}, async ({ services: { issuer }, reply }) =>
  reply(200, { ...document, servers: [{ url: issuer }] }),
)
