import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { en } from 'zod/locales'
import * as z from 'zod/mini'
import { LENGTH_SETTING, type Schema } from '../contract/contract.ts'
import { lengthProblem } from '../domain/password-length.ts'
import type { Policy } from '../domain/policy.ts'
import type { Client } from '../domain/ports.ts'
import { type Issue, Refusal } from '../domain/refusal.ts'
import { withoutBlanks } from './whitespace.ts'

// Zod's messages about expected types.
z.config(en())

/** 10 KB: the largest legitimate body is well under 2 KB. */
const BODY_LIMIT_BYTES = 10 * 1024
/** Legitimate bodies are at most 2 levels deep. A deeper one could exhaust the stack. */
const DEPTH_LIMIT = 16
/** The first issues are enough for a client that sends many. */
const ISSUE_LIMIT = 20

/**
 * Turns the body into text for a parser: decoded once (ASVS 1.1.1), with limited size, in valid UTF-8. Some gateways parse JSON,
 * so a parsed value is serialized again. Also leaves of the content type what a parser needs, and returns the text. Refuses with
 * `payload_too_large` or `invalid_request`.
 */
export function decodedText(event: APIGatewayProxyEventV2, emptyType: string): string {
  const given: unknown = event.body ?? ''
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  const bytes = Buffer.from(text, event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > BODY_LIMIT_BYTES) throw new Refusal('payload_too_large')
  // An empty body needs no content type. The origin protects requests with a cookie (cookie-origin.ts), the content type does
  // not.
  const type = event.headers['content-type'] ?? (bytes.length === 0 ? emptyType : '')
  // A space may precede its parameters (RFC 9110 5.6.6). These are ignored: JSON is UTF-8 (RFC 8259 8.1), and so are forms.
  event.headers['content-type'] = withoutBlanks(type.split(';', 1)[0] ?? '')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal('invalid_request', { issues: [{ path: 'body', message: 'must be UTF-8' }] })
  }
}

/** Prepares the body for the JSON parser. Refuses like `decodedText`. */
export function decodeBody(event: APIGatewayProxyEventV2): void {
  // A request without required fields may have no body.
  event.body = decodedText(event, 'application/json') || '{}'
  event.isBase64Encoded = false
}

/**
 * Parses a part of the request by its schema. Refuses with `invalid_request`, naming each issue and its path, including
 * `alsoWrong`. What is wrong with no single field has the `part` as its path.
 */
export function parse<S extends Schema>(
  schema: S,
  received: unknown,
  { part = 'body', alsoWrong = [] }: { part?: 'body' | 'query'; alsoWrong?: readonly Issue[] } = {},
): z.output<S> {
  const refuse = (issues: readonly Issue[]) =>
    new Refusal('invalid_request', {
      issues: issues.map(({ path, message }) => ({ path: path || part, message })),
    })
  const unusable = unusableText(received, [])
  if (unusable) throw refuse([unusable])
  const result = z.safeParse(schema, received)
  if (result.success && alsoWrong.length === 0) return result.data
  const issues = [...(result.error?.issues ?? []).flatMap(issuesOf), ...alsoWrong]
  throw refuse(issues.slice(0, ISSUE_LIMIT))
}

/** Finds new passwords that are too short or too long. Their minimum is a setting, so no schema can contain it. */
export function wrongLengths(
  schema: z.core.$ZodObject,
  received: unknown,
  { passwordMinLength }: Policy,
): readonly Issue[] {
  return Object.entries(schema._zod.def.shape).flatMap(([path, field]) => {
    const value: unknown = (received as Record<string, unknown> | null)?.[path]
    // A field that may be missing has the same length where it is there.
    const { innerType = field } = field._zod.def as { innerType?: Schema }
    if (!z.globalRegistry.get(innerType)?.[LENGTH_SETTING] || typeof value !== 'string') return []
    const message = lengthProblem(value, passwordMinLength)
    return message ? [{ path, message }] : []
  })
}

/** Parses the path parameters. A malformed id is `not_found`. */
export function parseParams<S extends Schema>(schema: S, received: unknown): z.output<S> {
  const result = z.safeParse(schema, received)
  if (!result.success) throw new Refusal('not_found')
  return result.data
}

/**
 * Finds the first text that no field accepts, at any depth, so that no schema needs its own check: NUL, where bcrypt stops
 * reading, and lone surrogates, which DynamoDB would store changed.
 */
function unusableText(value: unknown, path: readonly PropertyKey[]): Issue | undefined {
  if (path.length > DEPTH_LIMIT)
    return { path: '', message: `must not be nested deeper than ${DEPTH_LIMIT} levels` }
  if (typeof value === 'string') {
    if (value.includes('\0')) return { path: pathOf(path), message: 'must not contain NUL' }
    if (!value.isWellFormed()) return { path: pathOf(path), message: 'must be well-formed Unicode' }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    const found = unusableText(member, [...path, key])
    if (found) return found
  }
  return undefined
}

/** Zod's messages name types and bounds, never the received value. */
function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      message: 'is not a field of this request',
    }))
  }
  if (issue.code === 'invalid_value') {
    return [{ path: pathOf(issue.path), message: `must be one of ${issue.values.join(', ')}` }]
  }
  if (issue.code !== 'invalid_type') return [{ path: pathOf(issue.path), message: issue.message }]
  const isMissing = issue.message.endsWith('received undefined')
  return [{ path: pathOf(issue.path), message: isMissing ? 'is required' : `must be ${issue.expected}` }]
}

/** Cut, because a client may choose any key. Empty: the whole part. */
const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => String(key).slice(0, 64))
    .join('.')
    .toWellFormed()

/** The client as API Gateway or a trusted proxy saw it; never from `X-Forwarded-For`, which any client can set. */
export function clientOf(event: APIGatewayProxyEventV2): Client {
  return {
    userAgent: (event.headers['user-agent'] ?? '').replace(/[^\x20-\x7E]/g, '?').slice(0, 256),
    // If the gateway sends no address, all clients share one.
    ip: event.requestContext.http.sourceIp || 'unknown',
  }
}
