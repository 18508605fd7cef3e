import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { route } from '../../lib/lambda/route.ts'

export const contract = defineContract({
  method: 'GET',
  operationId: 'getHealth',
  path: '/health',
  access: 'public',
  summary: 'Check that the service answers',
  description: 'Calls no other service, so it checks only the gateway and this function.',
  responses: { 200: z.object({ status: z.literal('ok') }) },
})

export const handler = route(contract, {}, async ({ reply }) => reply(200, { status: 'ok' }))
