import { STATUS_CODES } from 'node:http'
import { type Contract, refusalsOf, type Schema } from '../../lib/contract/contract.ts'
import { errors } from '../../lib/contract/errors.ts'

export type Json = Record<string, unknown>

/** The JSON Schema of what a route takes (`input`) or answers (`output`). */
export type SchemaOf = (schema: Schema, io: 'input' | 'output') => Json

/** Every response of a route by its status: successes, refusals, and a fault of the service. */
export const responsesOf = (contract: Contract, schemaOf: SchemaOf): Json => ({
  ...successes(contract, schemaOf),
  ...refusals(contract),
  500: {
    description: '`internal_error`: a fault of the service; its log has more under the `requestId`.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
})

const problemSchema = { $ref: '#/components/schemas/Problem' }

const successes = ({ responses }: Contract, schemaOf: SchemaOf): Json =>
  Object.fromEntries(
    Object.entries(responses).map(([status, schema]) => [
      status,
      {
        description: STATUS_CODES[status],
        ...(schema && { content: { 'application/json': { schema: schemaOf(schema, 'output') } } }),
      },
    ]),
  )

/** Every refusal by its status. Programs decide by its code. */
function refusals(contract: Contract): Json {
  const byStatus = Map.groupBy(refusalsOf(contract), (code) => errors[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errors[code].detail}`).join('\n'),
        ...((status === 429 || status === 503) && { headers: { 'Retry-After': retryAfter } }),
        content: {
          ...(contract.access !== 'public' &&
            ofAuthorizer[status] && { 'application/json': { schema: ofAuthorizer[status] } }),
          'application/problem+json': {
            schema: { allOf: [problemSchema, { properties: { code: { enum: codes } } }] },
          },
        },
      },
    ]),
  )
}

const retryAfter = { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } }

/** The gateway's own answers after a refusal of the authorizer. */
const ofAuthorizer: Readonly<Record<string, Json>> = {
  401: fromGateway('Unauthorized', 'refresh, then try again.'),
  403: fromGateway('Forbidden', '`untrusted_proxy`.'),
}

function fromGateway(message: string, advice: string): Json {
  return {
    type: 'object',
    properties: { message: { const: message } },
    required: ['message'],
    description: `From the gateway, without a code: ${advice}`,
  }
}
