import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { en } from 'zod/locales'
import * as z from 'zod/mini'
import { LENGTH_SETTING, type Schema } from '../contract/contract.ts'
import type { Seconds } from '../domain/lifetimes.ts'
import { lengthProblem } from '../domain/password-length.ts'
import type { Policy } from '../domain/policy.ts'
import type { Client } from '../domain/ports.ts'
import type { Principal } from '../domain/principal.ts'
import { type Issue, Refusal } from '../domain/refusal.ts'
import { withoutBlanks } from './whitespace.ts'

// The sentences that Zod says what it expected in.
z.config(en())

/** 10 KB: the largest honest body here is well under 2. */
const BODY_LIMIT_BYTES = 10 * 1024
/** No body here is deeper than 2; what is deeper is there to exhaust a stack. */
const DEPTH_LIMIT = 16
/** A client that is wrong everywhere learns enough from the first of them. */
const ISSUE_LIMIT = 20

/**
 * Turns the body into text that the JSON parser may have: decoded once (ASVS 1.1.1), measured, valid UTF-8 (RFC 8259 8.1).
 * A gateway that parses JSON hands over a value, which is written as JSON again. Refuses with `payload_too_large` or
 * `invalid_request`.
 */
export function decodeBody(event: APIGatewayProxyEventV2): void {
  const given: unknown = event.body ?? ''
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  const bytes = Buffer.from(text, event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > BODY_LIMIT_BYTES) throw new Refusal('payload_too_large')
  try {
    // A request that needs no field may be sent with no body.
    event.body = new TextDecoder('utf-8', { fatal: true }).decode(bytes) || '{}'
  } catch {
    throw new Refusal('invalid_request', { issues: [{ path: 'body', message: 'must be UTF-8' }] })
  }
  event.isBase64Encoded = false
  // What is not there has no type: what acts by a cookie is checked for its origin (origin.ts), not for its type.
  const type = event.headers['content-type'] ?? (bytes.length === 0 ? 'application/json' : '')
  // JSON is UTF-8 whatever its parameters say (RFC 8259 11), and a blank may stand before them (RFC 9110 5.6.6).
  event.headers['content-type'] = withoutBlanks(type.split(';', 1)[0] ?? '')
}

/**
 * The part of a request in the shape that its schema promises, or `invalid_request` with every fault by its path, and with
 * what else is known to be wrong.
 */
export function parse<S extends Schema>(
  schema: S,
  received: unknown,
  alsoWrong: readonly Issue[] = [],
): z.output<S> {
  const unusable = unusableText(received, [])
  if (unusable) throw new Refusal('invalid_request', { issues: [unusable] })
  const result = z.safeParse(schema, received)
  if (result.success && alsoWrong.length === 0) return result.data
  const issues = [...(result.error?.issues ?? []).flatMap(issuesOf), ...alsoWrong]
  throw new Refusal('invalid_request', { issues: issues.slice(0, ISSUE_LIMIT) })
}

/** New passwords of a body that are too short or too long: no schema can know the setting. */
export function wrongLengths(
  schema: z.core.$ZodObject,
  received: unknown,
  { passwordMinLength }: Policy,
): readonly Issue[] {
  return Object.entries(schema._zod.def.shape).flatMap(([path, field]) => {
    const value: unknown = (received as Record<string, unknown> | null)?.[path]
    if (!z.globalRegistry.get(field)?.[LENGTH_SETTING] || typeof value !== 'string') return []
    const message = lengthProblem(value, passwordMinLength)
    return message ? [{ path, message }] : []
  })
}

/** The parts of a path. What is not an id of ours names nothing. */
export function parseParams<S extends Schema>(schema: S, received: unknown): z.output<S> {
  const result = z.safeParse(schema, received)
  if (!result.success) throw new Refusal('not_found')
  return result.data
}

/**
 * The first text that no field takes, wherever it stands, so that no schema has to remember it: NUL, at which
 * bcrypt stops reading, and lone surrogates, which DynamoDB would store as something else.
 */
function unusableText(value: unknown, path: readonly PropertyKey[]): Issue | undefined {
  if (path.length > DEPTH_LIMIT) return { path: 'body', message: `may be nested ${DEPTH_LIMIT} deep at most` }
  if (typeof value === 'string') {
    if (value.includes('\0')) return { path: pathOf(path), message: 'must not hold NUL' }
    if (!value.isWellFormed()) return { path: pathOf(path), message: 'must be well-formed Unicode' }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    const found = unusableText(member, [...path, key])
    if (found) return found
  }
  return undefined
}

/** Zod's messages name types and bounds, never what was received. */
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

/** A key of the client's own making is cut: it may be anything. */
function pathOf(path: readonly PropertyKey[]): string {
  return (
    path
      .map((key) => String(key).slice(0, 64))
      .join('.')
      .toWellFormed() || 'body'
  )
}

/** Who calls, as API Gateway or a trusted proxy saw them; never from `X-Forwarded-For`, which anyone can write. */
export function clientOf(event: APIGatewayProxyEventV2): Client {
  return {
    userAgent: (event.headers['user-agent'] ?? '').replace(/[^\x20-\x7E]/g, '?').slice(0, 256),
    // A gateway that does not say makes all its clients one.
    ip: event.requestContext.http.sourceIp || 'unknown',
  }
}

const principalSchema = z.object({
  userId: z.uuid(),
  sessionId: z.uuid(),
  roles: z.readonly(z.array(z.string())),
  // Whether the gateway keeps a number one is not documented.
  claimsVersion: z.coerce.number().check(z.int()),
  expiresAt: z.coerce.number().check(z.int()),
})
/**
 * Read only on protected routes: on another, this part of the event is nobody's word. The authorizer has said who
 * calls; whether they may is decided here, before anything of the request is looked at.
 */
export function principalOf(
  event: APIGatewayProxyEventV2,
  roles: readonly string[] | undefined,
  now: Seconds,
): Principal {
  const context = event.requestContext as { authorizer?: { lambda?: unknown } }
  const result = principalSchema.safeParse(context.authorizer?.lambda)
  if (!result.success) throw new Refusal('unauthorized')
  // A gateway that remembers decisions does not know when a token ends.
  if (result.data.expiresAt <= now) throw new Refusal('unauthorized')
  if (roles && !roles.some((role) => result.data.roles.includes(role))) throw new Refusal('forbidden')
  return result.data
}
