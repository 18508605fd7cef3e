// Longer than 150 lines: one document, described from top to bottom.

import { dirname } from 'node:path'
import * as z from 'zod/mini'
import {
  type Contract,
  FLOW_COOKIE,
  limitsOf,
  REFRESH_COOKIE,
  rolesOf,
  type Schema,
} from '../../lib/contract/contract.ts'
import { problem } from '../../lib/contract/models.ts'
import { limits } from '../../lib/domain/limits.ts'
import { type Examples, type Json, responsesOf, type SchemaOf } from './openapi-responses.ts'
import { shareResponses } from './openapi-shared.ts'
import { type Entry, isRoute } from './registry.ts'

const DESCRIPTION =
  'Sign-up, login, refresh, logout, email, users. `x-limits` are the default limits of a route: `most` in `seconds`. ' +
  'Refusals are problem details (RFC 9457); programs decide by their `code`. `x-minLength-setting` names the setting that ' +
  'changes the default `minLength` beside it; a refusal names the length that applies. Routes with `x-requires: providers` exist only ' +
  'where providers of social login are configured. Public GET routes also answer HEAD, but ' +
  'not those that a login with a provider goes through. ' +
  'API Gateway itself answers some requests, with a `message` and no `code`. A refused access token is 401 ' +
  '`{"message":"Unauthorized"}`, an unknown route 404 `{"message":"Not Found"}`. Above its throttle it answers 429, and 503 ' +
  'if a function does not answer.'

/** The tag of the routes in a folder of `functions/`. Another folder gets a tag of its own name. */
const tags: Readonly<Record<string, { readonly name: string; readonly description: string }>> = {
  auth: {
    name: 'auth',
    description: 'Sign up, log in, refresh and log out, with the mails and links that these need.',
  },
  'auth/social': {
    name: 'social-login',
    description: 'Log in with a provider, such as Google or your own OpenID Connect issuer.',
  },
  users: { name: 'users', description: 'The account of the user who calls, and its sessions.' },
  'users/admin': { name: 'administration', description: 'The accounts of all users, for administrators.' },
  'well-known': {
    name: 'well-known',
    description: 'What verifiers and monitors read: keys, discovery, health, and this document.',
  },
}

function tagOf({ file }: Entry) {
  const folder = dirname(file).replace('functions/', '')
  return tags[folder] ?? { name: folder, description: `The routes of \`functions/${folder}\`.` }
}

/** OpenAPI 3.1 from the contracts, with examples that tests received. */
export function openapi(entries: readonly Entry[], version: string, examples: Examples): Json {
  const schemas: Json = {}
  const schemaOf: SchemaOf = (schema, io) => hoist(z.toJSONSchema(schema, { io }) as Json, schemas)
  const routes = entries.filter(isRoute)
  const operations = routes.map((entry) => operation(entry, schemaOf, examples))
  const responses = shareResponses(operations)
  const paths: Record<string, Json> = {}
  for (const [index, { contract }] of routes.entries()) {
    const { method, path } = contract
    paths[path] = { ...paths[path], [method.toLowerCase()]: operations[index] }
  }
  schemaOf(problem, 'output')
  return {
    openapi: '3.1.1',
    info: {
      title: 'Cardea',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // `GET /openapi.json` answers with the issuer instead.
    servers: [{ url: '/', description: 'The deployment that serves this document' }],
    tags: [...new Map(routes.map(tagOf).map((tag) => [tag.name, tag])).values()],
    paths,
    components: {
      schemas,
      responses,
      examples: Object.fromEntries(
        Object.entries(examples.problems).map(([code, value]) => [code, { value }]),
      ),
      headers,
      securitySchemes,
    },
  }
}

const headers: Json = {
  RetryAfter: {
    description: 'Seconds to wait before the next try (RFC 9110 10.2.3).',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
  Location: {
    description: 'Where the browser goes on (RFC 9110 10.2.2).',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  FlowCookie: {
    description:
      `A random value as the cookie \`${FLOW_COOKIE}\`, with \`HttpOnly\`, \`Secure\`, \`SameSite=Lax\`, \`Path=/\` and ` +
      '`Max-Age=600`. It binds the flow to this browser. A value that the browser sent is kept.',
    schema: { type: 'string' },
  },
  RefreshCookie: {
    description:
      `The refresh token as the cookie \`${REFRESH_COOKIE}\`, with \`HttpOnly\`, \`Secure\`, \`SameSite=Strict\` and \`Path=/\`. ` +
      'It is absent with `"transport": "body"`: then the token is in the body.',
    schema: { type: 'string' },
  },
}

const securitySchemes: Json = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'The `accessToken` of a login or a refresh. It is valid for 15 minutes by default. If it is refused, refresh once, then try ' +
      'again. The listed roles are those of which the user needs one.',
  },
  refreshCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: REFRESH_COOKIE,
    description:
      'The refresh token of a browser. Each login and refresh sets it, a logout clears it, and scripts cannot read it. A request ' +
      'with it must come from an allowed origin of the same site. Other clients send `refreshToken` in the body instead.',
  },
}
const flowCookieParameter: Json = {
  name: FLOW_COOKIE,
  in: 'cookie',
  required: false,
  description: 'The cookie that the browser got when it began its last flow.',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
}

/** The security schemes of a route. OpenAPI has none for a refresh token in the body. */
function securityOf(contract: Contract): Json[] {
  if (contract.access !== 'public') return [{ accessToken: rolesOf(contract) ?? [] }]
  return contract.takesRefreshToken ? [{ refreshCookie: [] }, {}] : []
}

function operation(entry: Entry<Contract>, schemaOf: SchemaOf, examples: Examples) {
  const { contract } = entry
  const { summary, description, params, query, body, form, requires } = contract
  const parameters = [
    ...parametersOf('path', params),
    ...parametersOf('query', query),
    ...(contract.takesFlowCookie ? [flowCookieParameter] : []),
  ]
  const applied = limitsOf(contract).map((limit) => ({ name: limit, ...limits[limit] }))
  return {
    operationId: contract.operationId,
    tags: [tagOf(entry).name],
    summary,
    ...(description && { description }),
    ...(applied.length > 0 && { 'x-limits': applied }),
    security: securityOf(contract),
    ...(requires && { 'x-requires': requires }),
    ...(parameters.length > 0 && { parameters }),
    ...(form && {
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema: schemaOf(form, 'input') } },
      },
    }),
    ...(body && {
      requestBody: {
        required: !z.safeParse(body, {}).success,
        content: { 'application/json': { schema: schemaOf(body, 'input') } },
      },
    }),
    responses: responsesOf(contract, schemaOf, examples),
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
