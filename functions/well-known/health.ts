import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { route } from '../../lib/lambda/route.ts'

export const contract = defineContract({
  method: 'GET',
  path: '/health',
  access: 'public',
  summary: 'Whether the service answers',
  description: 'Touches no other service: it tells that the gateway and the function work.',
  responses: { 200: z.object({ status: z.literal('ok') }) },
})

export const handler = route(contract, {}, async ({ reply }) => reply(200, { status: 'ok' }))
