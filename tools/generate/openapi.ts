import { STATUS_CODES } from 'node:http'
import * as z from 'zod/mini'
import {
  type Contract,
  limitsOf,
  REFRESH_COOKIE,
  refusalsOf,
  rolesOf,
  type Schema,
} from '../../lib/contract/contract.ts'
import { errors } from '../../lib/contract/errors.ts'
import { problem } from '../../lib/contract/models.ts'
import { limits } from '../../lib/domain/limits.ts'
import { type Entry, isRoute } from './registry.ts'

type Json = Record<string, unknown>

/** OpenAPI 3.1 from the contracts. */
export function openapi(entries: readonly Entry[], version: string): Json {
  const schemas: Json = {}
  const schemaOf = (schema: Schema, io: 'input' | 'output') =>
    hoist(z.toJSONSchema(schema, { io }) as Json, schemas)
  const paths: Record<string, Json> = {}
  for (const entry of entries.filter(isRoute)) {
    const { method, path } = entry.contract
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(entry, schemaOf) }
  }
  schemaOf(problem, 'output')
  return {
    openapi: '3.1.1',
    info: {
      title: 'Cardea',
      version,
      description:
        'Sign-up, login, refresh, logout, email, users. `x-limits` are the default limits of a route: `most` in `seconds`. ' +
        'Refusals are problem details (RFC 9457); programs decide by their `code`. `x-minLength-setting` names the setting that ' +
        'changes the default `minLength` beside it; a refusal names the length that applies. GET routes also answer HEAD. ' +
        'API Gateway itself answers a refused access token: 401 with `{"message":"Unauthorized"}`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        refreshCookie: { type: 'apiKey', in: 'cookie', name: REFRESH_COOKIE },
      },
    },
  }
}

/** The security schemes of a route. OpenAPI has none for a refresh token in the body. */
function securityOf(contract: Contract): Json[] {
  if (contract.access !== 'public') return [{ accessToken: rolesOf(contract) ?? [] }]
  return contract.takesRefreshToken ? [{ refreshCookie: [] }, {}] : []
}

function operation(
  { file, contract }: Entry<Contract>,
  schemaOf: (schema: Schema, io: 'input' | 'output') => Json,
): Json {
  const { summary, description, params, query, body } = contract
  return {
    operationId: contract.operationId,
    tags: [file.split('/')[1]],
    summary,
    ...(description && { description }),
    ...(limitsOf(contract).length > 0 && {
      'x-limits': limitsOf(contract).map((name) => ({ name, ...limits[name] })),
    }),
    security: securityOf(contract),
    ...((params || query) && {
      parameters: [...parametersOf('path', params), ...parametersOf('query', query)],
    }),
    ...(body && {
      requestBody: {
        required: !z.safeParse(body, {}).success,
        content: { 'application/json': { schema: schemaOf(body, 'input') } },
      },
    }),
    responses: { ...successes(contract, schemaOf), ...refusals(contract), 500: fault },
  }
}

function parametersOf(place: 'path' | 'query', schema: Schema | undefined): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: each,
  }))
}

function successes({ responses }: Contract, schemaOf: (schema: Schema, io: 'output') => Json): Json {
  return Object.fromEntries(
    Object.entries(responses).map(([status, schema]) => [
      status,
      {
        description: STATUS_CODES[status],
        ...(schema && { content: { 'application/json': { schema: schemaOf(schema, 'output') } } }),
      },
    ]),
  )
}

/** API Gateway's own answer after a refusal of the authorizer. */
const gatewayRefusal = (message: string, description: string) => ({
  type: 'object',
  properties: { message: { const: message } },
  required: ['message'],
  description: `From the gateway, without a code: ${description}`,
})
const ofAuthorizer: Readonly<Record<string, Json>> = {
  401: gatewayRefusal('Unauthorized', 'refresh, then try again.'),
  403: gatewayRefusal('Forbidden', '`untrusted_proxy`.'),
}

const retryAfter = { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } }

const problemSchema = { $ref: '#/components/schemas/Problem' }

const fault = {
  description: '`internal_error`: a fault of the service; its log has more under the `requestId`.',
  content: { 'application/problem+json': { schema: problemSchema } },
}

/** Every refusal under its status, with its codes, which programs decide by. */
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

/** Moves the named models of a JSON Schema into `components` and points to them there. */
function hoist(schema: Json, schemas: Json): Json {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = JSON.parse(JSON.stringify(schema).replaceAll('#/$defs/', '#/components/schemas/')) as Json & {
    $defs?: Json
  }
  for (const [id, model] of Object.entries($defs)) schemas[id] = withoutId(model as Json)
  if (typeof own.id !== 'string') return own
  schemas[own.id] = withoutId(own)
  return { $ref: `#/components/schemas/${own.id}` }
}

const withoutId = ({ id: _, ...model }: Json): Json => model
