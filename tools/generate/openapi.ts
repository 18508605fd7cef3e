import * as z from 'zod/mini'
import { type Contract, limitsOf, REFRESH_COOKIE, rolesOf, type Schema } from '../../lib/contract/contract.ts'
import { problem } from '../../lib/contract/models.ts'
import { limits } from '../../lib/domain/limits.ts'
import { type Json, responsesOf, type SchemaOf } from './openapi-responses.ts'
import { type Entry, isRoute } from './registry.ts'

/** OpenAPI 3.1 from the contracts. */
export function openapi(entries: readonly Entry[], version: string): Json {
  const schemas: Json = {}
  const schemaOf: SchemaOf = (schema, io) => hoist(z.toJSONSchema(schema, { io }) as Json, schemas)
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

function operation({ file, contract }: Entry<Contract>, schemaOf: SchemaOf): Json {
  const { summary, description, params, query, body } = contract
  const applied = limitsOf(contract).map((limit) => ({ name: limit, ...limits[limit] }))
  return {
    operationId: contract.operationId,
    tags: [file.split('/')[1]],
    summary,
    ...(description && { description }),
    ...(applied.length > 0 && { 'x-limits': applied }),
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
    responses: responsesOf(contract, schemaOf),
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

/** Moves the named models of a JSON Schema into `components` and points to them there. */
function hoist(schema: Json, schemas: Json): Json {
  const text = JSON.stringify(schema).replaceAll('#/$defs/', '#/components/schemas/')
  const { $schema: _, $defs = {}, ...own } = JSON.parse(text) as Json & { $defs?: Record<string, Json> }
  for (const [id, model] of Object.entries($defs)) schemas[id] = withoutId(model)
  if (typeof own.id !== 'string') return own
  schemas[own.id] = withoutId(own)
  return { $ref: `#/components/schemas/${own.id}` }
}

const withoutId = ({ id: _, ...model }: Json): Json => model
