import type { KeyObject } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { Seconds } from '../domain/lifetimes.ts'

/** One kind of token: its algorithm and type are fixed together, so that no kind passes for another (RFC 8725 3.12). */
export interface TokenKind {
  readonly algorithm: 'RS256' | 'HS256'
  readonly typ: 'at+jwt' | 'rt+jwt' | 'cursor+jwt'
}

/** Keys by their `kid`. A Map, so that no `kid` finds what an object inherits. */
export type KeysById = ReadonlyMap<string, KeyObject>

/** Longer than any token of ours, shorter than what costs to look at. */
const LONGEST_TOKEN = 4096
/** How far the clock of the machine that signed may be ahead of ours. */
const TOLERANCE_SECONDS = 30

export function signJwt(
  kind: TokenKind,
  { kid, key }: { readonly kid: string; readonly key: KeyObject },
  claims: { readonly iat: Seconds; readonly exp: Seconds; readonly [name: string]: unknown },
): string {
  const { algorithm, typ } = kind
  return jwt.sign(claims, key, { algorithm, keyid: kid, header: { alg: algorithm, typ } })
}

/** The name of the key that a token says it was signed with; nothing that it says is believed yet. */
export function kidOf(token: string): string | undefined {
  try {
    const { kid } = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    return typeof kid === 'string' && kid.length <= 64 ? kid : undefined
  } catch {
    return undefined
  }
}

/**
 * The claims of a token that is ours, of this kind, and good now; `undefined` for any other, whatever is wrong.
 * `issuer` and `audience` must be named; `null` says that this kind of token has none.
 * RFC 8725 section 3; `jsonwebtoken` does not do what is numbered here but 5.
 */
export function verifyJwt(
  token: string,
  { algorithm, typ }: TokenKind,
  expected: {
    readonly keys: KeysById
    readonly issuer: string | null
    readonly audience: string | null
    readonly now: Seconds
  },
): Record<string, unknown> | undefined {
  try {
    // 1. Compact serialisation only, and each part in the one base64url text of its bytes: a lenient decoder would skip
    //    characters, and bits of the last one (bis 3.14, 3.15; RFC 4648 3.5).
    if (token.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined
    if (!token.split('.').every(isCanonical)) return undefined

    // 2. Our headers have three members. Any other, `jwk`, `jku`, `x5u`, `crit`, `b64` or `zip`, is somebody else's
    //    idea of how to verify (3.10; RFC 7515 4.1.11). All are strings: a list of one would pass for its member.
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    if (!isRecord(header) || Object.keys(header).sort().join() !== 'alg,kid,typ') return undefined
    const { alg, kid, typ: type } = header
    if (typeof alg !== 'string' || typeof kid !== 'string' || typeof type !== 'string') return undefined

    // 3. Algorithm and type are what this kind has, letter for letter (3.1, 3.11).
    if (alg !== algorithm || type !== typ) return undefined

    // 4. The key is one of ours, found by name and by nothing else in the token (3.10).
    const key = expected.keys.get(kid)
    if (!key) return undefined

    // 5. Signature, `exp` and `nbf`.
    const claims = jwt.verify(token, key, { algorithms: [algorithm], clockTimestamp: expected.now })

    // 6. The times are there and whole, and the token was not made in the future (RFC 7519 4.1.6).
    if (!isRecord(claims) || !isTime(claims.iat) || !isTime(claims.exp)) return undefined
    if (claims.iat > expected.now + TOLERANCE_SECONDS) return undefined

    // 7. Issuer and audience are one string each: a list that holds ours is not ours (3.8, 3.9; CVE-2025-30144).
    if (expected.issuer !== null && claims.iss !== expected.issuer) return undefined
    if (expected.audience !== null && claims.aud !== expected.audience) return undefined
    return claims
  } catch {
    // Malformed tokens throw errors of every class, some before the signature is looked at.
    return undefined
  }
}

/** Whether a text is what encoding its bytes gives. */
const isCanonical = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part

export const isTime = (value: unknown): value is Seconds => Number.isSafeInteger(value) && Number(value) > 0

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
/** The ids that we give are UUIDs; a claim that is anything else must not reach a key of the store. */
export const isId = (value: unknown): value is string => typeof value === 'string' && uuid.test(value)

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
