import { STATUS_CODES } from 'node:http'
import { type Contract, refusalsOf, type Schema } from '../../lib/contract/contract.ts'
import * as refusals from '../../lib/contract/errors.ts'

export type Json = Record<string, unknown>

/** The JSON Schema of what a route takes (`input`) or answers (`output`). */
export type SchemaOf = (schema: Schema, io: 'input' | 'output') => Json

/** `functions/openapi-examples.json`: answers that `functions/contracts.test.ts` received. */
export interface Examples {
  /** The problems that every operation answers alike, by code. */
  readonly problems: Json
  /** The answers of API Gateway itself, by the code that they stand for. */
  readonly gateway: Json
  /** The other answers of each operation: problems by code, successes by status. */
  readonly operations: Readonly<Record<string, Json>>
}

/** Every response of a route by its status: successes, refusals, and a fault of the service. */
export const responsesOf = (contract: Contract, schemaOf: SchemaOf, examples: Examples): Json => ({
  ...successes(contract, schemaOf, examples),
  ...(contract.cacheControl?.startsWith('public') && { 304: notModified }),
  ...problems(contract, examples),
})

const notModified = { description: 'Not Modified: the `ETag` in `If-None-Match` still applies.' }

/** A route that begins a flow also sets its cookie; the one that finishes it only reads it. */
const redirectHeaders = ({ takesFlowCookie, redirectsFailures }: Contract): Json => ({
  Location: { $ref: '#/components/headers/Location' },
  ...(takesFlowCookie && !redirectsFailures && { 'Set-Cookie': { $ref: '#/components/headers/FlowCookie' } }),
})

const isRedirect = (status: string) => status === '302' || status === '303'

const successes = (contract: Contract, schemaOf: SchemaOf, { operations }: Examples): Json =>
  Object.fromEntries(
    Object.entries(contract.responses).map(([status, schema]) => {
      const json = schema && schemaOf(schema, 'output')
      const example = operations[contract.operationId]?.[status]
      const response = {
        description: STATUS_CODES[status],
        ...(json?.$ref === '#/components/schemas/TokenResponse' && {
          headers: { 'Set-Cookie': { $ref: '#/components/headers/RefreshCookie' } },
        }),
        ...(isRedirect(status) && { headers: redirectHeaders(contract) }),
        ...(json && {
          content: { 'application/json': { schema: json, ...(example !== undefined && { example }) } },
        }),
      }
      return [status, response]
    }),
  )

const errors = {
  ...refusals.errors,
  internal_error: { status: 500, detail: 'A fault of the service; its log has more under the `requestId`.' },
}
type Code = keyof typeof errors

/** Every problem by its status. Programs decide by its code. */
function problems(contract: Contract, examples: Examples): Json {
  const declared: Code[] = [...refusalsOf(contract), 'internal_error']
  const byStatus = Map.groupBy(declared, (code) => errors[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${errors[code].detail}`).join('\n'),
        ...((status === 429 || status === 503) && {
          headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
        }),
        content: {
          ...ofGateway(status, contract, examples),
          'application/problem+json': {
            schema: { allOf: [problemSchema, { properties: { code: { enum: codes } } }] },
            ...examplesOf(codes, contract, examples),
          },
        },
      },
    ]),
  )
}

const problemSchema = { $ref: '#/components/schemas/Problem' }

/** An example for each code: that of the operation, or the one of all operations. */
function examplesOf(codes: readonly Code[], { operationId }: Contract, { problems, operations }: Examples) {
  const own = operations[operationId] ?? {}
  const examples: Json = {}
  for (const code of codes) {
    if (code in own) examples[code] = { value: own[code] }
    else if (code in problems) examples[code] = { $ref: `#/components/examples/${code}` }
  }
  return Object.keys(examples).length > 0 && { examples }
}

/** What the gateway itself answers: after a refusal of the authorizer, or if a function ended without an answer. */
const gatewayAnswers: Readonly<Record<number, { code: Code; message: string; advice: string }>> = {
  401: { code: 'unauthorized', message: 'Unauthorized', advice: 'refresh, then try again.' },
  403: { code: 'untrusted_proxy', message: 'Forbidden', advice: '`untrusted_proxy`.' },
  500: { code: 'internal_error', message: 'Internal Server Error', advice: 'try again later.' },
}

function ofGateway(status: number, { access }: Contract, { gateway }: Examples) {
  const answer = access === 'public' && status !== 500 ? undefined : gatewayAnswers[status]
  if (!answer) return undefined
  const { code, message, advice } = answer
  const schema = {
    type: 'object',
    properties: { message: { const: message } },
    required: ['message'],
    description: `From the gateway, without a code: ${advice}`,
  }
  return { 'application/json': { schema, ...(code in gateway && { example: gateway[code] }) } }
}
