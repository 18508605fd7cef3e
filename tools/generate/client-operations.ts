import { codesOf } from './openapi-shared.ts'

/** What is read of the OpenAPI document. */
interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: {
    readonly schemas: Record<string, Schema>
    readonly responses: Record<string, Response>
  }
}
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly Record<string, readonly string[]>[]
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: Schema }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Record<string, Response>
}
interface Response {
  readonly $ref?: string
  readonly content?: Content
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly properties?: Record<string, Schema>
  readonly required?: readonly string[]
  readonly allOf?: readonly Schema[]
}

/** What the client adds by itself. */
const ofClient: readonly string[] = ['transport', 'refreshToken']

/** The operations of the typed client: a table of requests, and the type of each input, output and refusal. */
export function clientOperations(document: object): string {
  const { paths, components } = document as OpenApi
  const operations = Object.entries(paths)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        ...operation,
        responses: Object.fromEntries(
          Object.entries(operation.responses).map(([status, response]) => [
            status,
            components.responses[response.$ref?.replace('#/components/responses/', '') ?? ''] ?? response,
          ]),
        ),
      })),
    )
    // A redirect is for the browser to follow, not for a client to fetch.
    .filter(({ responses }) => Object.keys(responses).some((status) => status < '300'))
  const models = Object.entries(components.schemas).filter(([name]) => name !== 'Problem')
  return [
    '// Written by `npm run generate` from functions/openapi.json.',
    ...models.map(([name, model]) => `export interface ${name} ${typeOf(model)}`),
    `export interface Operations {\n${operations.map(typesOf).join('\n')}\n}`,
    'export type OperationName = keyof Operations',
    '/** `user`: needs an access token. `login`: answers with tokens. `query`: sends its input in the query. */',
    `export const operations = {\n${operations.map((each) => requestOf(each, components.schemas)).join('\n')}\n} as const`,
    '',
  ].join('\n\n')
}

function requestOf(
  { operationId, method, path, security, parameters = [], responses }: Request,
  models: Readonly<Record<string, Schema>>,
): string {
  const isLogin = Object.values(responses).some(
    (each) => models[refOf(each.content?.['application/json']?.schema) ?? '']?.properties?.accessToken,
  )
  const marks = {
    user: security.some(({ accessToken }) => accessToken),
    login: isLogin && operationId !== 'refresh',
    query: parameters.some((each) => each.in === 'query'),
  }
  const set = Object.entries(marks).filter(([, isSet]) => isSet)
  return `  ${operationId}: { method: '${method}', path: '${path}'${set.map(([mark]) => `, ${mark}: true`).join('')} },`
}
type Request = Operation & { readonly method: string; readonly path: string }

function typesOf({ operationId, summary, parameters = [], requestBody, responses }: Request): string {
  const fields = parameters.map(({ name, required, schema }) => field(name, schema, required, '      '))
  const body = requestBody?.content['application/json']?.schema
  const outputs = Object.entries(responses).filter(([status]) => status < '300')
  const codes = Object.values(responses).flatMap(codesOf)
  return `  /** ${summary}. */
  ${operationId}: {
    input: ${object([...fields, ...(body ? fieldsOf(body, '      ') : [])], '      ')}
    output: ${union(outputs.map(([, { content }]) => typeOf(content?.['application/json']?.schema, '    ')))}
    refusal: ${union(codes.map((code) => `'${code}'`))}
  }`
}

/** The TypeScript of a JSON Schema, as far as the contracts use it. */
function typeOf(schema: Schema | undefined, indent = ''): string {
  if (!schema) return 'undefined'
  const ref = refOf(schema)
  if (ref) return ref
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)))
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type }, indent)))
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `readonly (${typeOf(schema.items, indent)})[]`
    case 'object':
      return schema.properties
        ? object(fieldsOf(schema, `${indent}  `), `${indent}  `)
        : 'Record<string, unknown>'
    default:
      throw new Error(`No TypeScript for the JSON Schema ${JSON.stringify(schema)}`)
  }
}

const fieldsOf = ({ properties = {}, required = [] }: Schema, indent: string) =>
  Object.entries(properties)
    .filter(([name]) => !ofClient.includes(name))
    .map(([name, schema]) => field(name, schema, required.includes(name), indent))

const field = (name: string, schema: Schema, required: boolean, indent: string) => {
  const comment = schema.description ? `${indent}/** ${schema.description} */\n` : ''
  return `${comment}${indent}readonly ${name}${required ? '' : '?'}: ${typeOf(schema, indent)}`
}

const object = (fields: readonly string[], indent: string) =>
  fields.length > 0 ? `{\n${fields.join('\n')}\n${indent.slice(2)}}` : 'Record<string, never>'
const union = (types: readonly string[]) => [...new Set(types)].join(' | ') || 'never'
const refOf = (schema: Schema | undefined) => schema?.$ref?.replace('#/components/schemas/', '')
