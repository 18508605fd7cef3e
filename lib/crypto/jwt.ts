/// <reference path="./jsonwebtoken.d.ts" />

import type { KeyObject } from 'node:crypto'
import verify from 'jsonwebtoken/verify.js'
import type { Seconds } from '../domain/lifetimes.ts'

/** One kind of token. Its algorithm and type belong together, so that no kind is accepted as another (RFC 8725 3.12). */
export interface TokenKind {
  readonly algorithm: 'RS256' | 'HS256'
  readonly typ: 'at+jwt' | 'rt+jwt' | 'cursor+jwt'
}

/** Keys by their `kid`. A Map, so that no `kid` finds an inherited property of an object. */
export type KeysById = ReadonlyMap<string, KeyObject>

/** Longer than any of our tokens, and short enough to parse cheaply. */
const LONGEST_TOKEN = 4096
/** How far the clock of the signing machine may be ahead of ours. */
const TOLERANCE_SECONDS = 30

/** The `kid` in the header of a token that is not verified yet. */
export function kidOf(token: string): string | undefined {
  try {
    const { kid } = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    return typeof kid === 'string' && kid.length <= 64 ? kid : undefined
  } catch {
    return undefined
  }
}

/**
 * Returns the claims of a token that is ours, of this kind and valid now; `undefined` for any other. `issuer` and `audience`
 * are required; `null` means that this kind of token has none. RFC 8725 section 3; `jsonwebtoken` does only step 5.
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
    // 1. Accept only compact serialization, and only the canonical base64url text of each part. A lenient decoder would ignore
    //    characters and the unused bits of the last one (bis 3.14, 3.15; RFC 4648 3.5).
    if (token.length > LONGEST_TOKEN || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined
    if (!token.split('.').every(isCanonical)) return undefined

    // 2. Our headers have exactly three members. Any other (`jwk`, `jku`, `x5u`, `crit`, `b64`, `zip`) tries to change how we
    //    verify (3.10; RFC 7515 4.1.11). All are strings, because a list with one string would equal that string.
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString())
    if (!isRecord(header) || Object.keys(header).sort().join() !== 'alg,kid,typ') return undefined
    const { alg, kid, typ: type } = header
    if (typeof alg !== 'string' || typeof kid !== 'string' || typeof type !== 'string') return undefined

    // 3. Algorithm and type are exactly those of this kind (3.1, 3.11).
    if (alg !== algorithm || type !== typ) return undefined

    // 4. The key is one of ours. Only its `kid` selects it, nothing else in the token (3.10).
    const key = expected.keys.get(kid)
    if (!key) return undefined

    // 5. Check the signature, `exp` and `nbf`.
    const claims = verify(token, key, { algorithms: [algorithm], clockTimestamp: expected.now })

    // 6. The times are whole numbers, and the token was not issued in the future (RFC 7519 4.1.6).
    if (!isRecord(claims) || !isTime(claims.iat) || !isTime(claims.exp)) return undefined
    if (claims.iat > expected.now + TOLERANCE_SECONDS) return undefined

    // 7. Issuer and audience are single strings: a list that contains ours is refused (3.8, 3.9; CVE-2025-30144).
    if (expected.issuer !== null && claims.iss !== expected.issuer) return undefined
    if (expected.audience !== null && claims.aud !== expected.audience) return undefined
    return claims
  } catch {
    // Malformed tokens cause errors of many classes, some before the signature is checked.
    return undefined
  }
}

/** Whether the text is the canonical encoding of its bytes. */
const isCanonical = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part

export const isTime = (value: unknown): value is Seconds => Number.isSafeInteger(value) && Number(value) > 0

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
/** Our ids are UUIDs. Other values must not reach a key of the store. */
export const isId = (value: unknown): value is string => typeof value === 'string' && uuid.test(value)

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
