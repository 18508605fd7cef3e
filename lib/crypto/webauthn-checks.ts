import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

// The checks of WebAuthn level 3 that @simplewebauthn/server leaves out. Each throws; `webauthn.ts` catches.

export function check(holds: boolean): asserts holds {
  if (!holds) throw new Error('This response fails a check')
}

/** Accepts one spelling: the lenient decoders accept several. */
export function bytesOf(text: unknown): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64url') : Buffer.alloc(0)
  check(bytes.length > 0 && bytes.toString('base64url') === text)
  return bytes
}

export function clientDataOf(clientDataJSON: unknown): Readonly<Record<string, unknown>> {
  return Object(JSON.parse(bytesOf(clientDataJSON).toString()))
}

/** No frame of another origin may start a ceremony (7.1, 7.2, 13.4.9). */
export function checkFrame(clientDataJSON: unknown): void {
  const { crossOrigin = false, topOrigin } = clientDataOf(clientDataJSON)
  check(crossOrigin === false && topOrigin === undefined)
}

/** A credential id has 16 to 1023 bytes (4, 7.1). Returns its SHA-256. */
export function passkeyIdOf(credentialId: unknown): string {
  const bytes = bytesOf(credentialId)
  check(bytes.length >= 16 && bytes.length <= 1023)
  return createHash('sha256').update(bytes).digest('base64url')
}

/**
 * Reads one CBOR item. Encodes it again, because the decoder accepts a byte string that is cut off, and ignores what follows
 * (section 2: the CTAP2 canonical form, which decoders should demand).
 */
function cborOf(bytes: Buffer, isAlone: boolean): { readonly item: unknown; readonly rest: Buffer } {
  const item: unknown = isoCBOR.decodeFirst(bytes as never)
  const encoded = Buffer.from(isoCBOR.encode(item as never))
  check(encoded.equals(bytes.subarray(0, encoded.length)))
  const rest = bytes.subarray(encoded.length)
  check(!isAlone || rest.length === 0)
  return { item, rest }
}

type CborMap = ReadonlyMap<unknown, unknown>
const isMap = (value: unknown): value is CborMap => value instanceof Map

const AUTH_DATA_HEADER = 37
const AAGUID = 16
const HAS_CREDENTIAL = 0x40
const HAS_EXTENSIONS = 0x80

/**
 * Checks an attestation before any code verifies it. Only `none` and self attestation pass: all others carry certificates, whose
 * verification may fetch from the network (7.1, 8.2, 8.7).
 */
export function checkAttestation(attestationObject: unknown, credentialId: unknown): void {
  const { item } = cborOf(bytesOf(attestationObject), true)
  check(isMap(item))
  const [format, statement, data] = ['fmt', 'attStmt', 'authData'].map((key) => item.get(key))
  check(isMap(statement) && data instanceof Uint8Array)
  const key = credentialKeyOf(Buffer.from(data), bytesOf(credentialId))
  if (format === 'none') {
    check(statement.size === 0)
  } else {
    // With exactly these two entries, it has neither `x5c` nor `ecdaaKeyId`.
    check(format === 'packed' && statement.size === 2 && statement.get('sig') instanceof Uint8Array)
    check(statement.get('alg') === key.get(COSE.alg))
  }
}

/** The public key in the authenticator data of a registration (6.5.1). */
function credentialKeyOf(data: Buffer, credentialId: Buffer): CborMap {
  check(data.length > AUTH_DATA_HEADER + AAGUID + 2)
  const flags = data.readUInt8(32)
  check((flags & HAS_CREDENTIAL) !== 0)
  const idStart = AUTH_DATA_HEADER + AAGUID + 2
  const idEnd = idStart + data.readUInt16BE(idStart - 2)
  check(data.subarray(idStart, idEnd).equals(credentialId))
  const hasExtensions = (flags & HAS_EXTENSIONS) !== 0
  const { item, rest } = cborOf(data.subarray(idEnd), !hasExtensions)
  if (hasExtensions) check(isMap(cborOf(rest, true).item))
  check(isMap(item))
  checkKey(item)
  return item
}

/** The labels of a COSE key (RFC 9052 7.1, RFC 9053 7, RFC 8230 4). */
const COSE = { kty: 1, alg: 3, crvOrN: -1, xOrE: -2, y: -3 }

/** The key is one of its algorithm (5.8.5), and usable: a bad one would be found only at the login. */
function checkKey(key: CborMap): void {
  const [kty, alg, crvOrN, xOrE, y] = Object.values(COSE).map((label) => key.get(label))
  const ofBytes = (value: unknown, least: number, most = least): string => {
    check(value instanceof Uint8Array && value.length >= least && value.length <= most)
    return Buffer.from(value).toString('base64url')
  }
  const jwk = (): JsonWebKey => {
    if (alg === -7) {
      check(kty === 2 && crvOrN === 1)
      return { kty: 'EC', crv: 'P-256', x: ofBytes(xOrE, 32), y: ofBytes(y, 32) }
    }
    if (alg === -8) {
      check(kty === 1 && crvOrN === 6)
      return { kty: 'OKP', crv: 'Ed25519', x: ofBytes(xOrE, 32) }
    }
    check(alg === -257 && kty === 3)
    // 2048 to 4096 bits, and the usual exponent: a verification must stay cheap.
    const n = ofBytes(crvOrN, 256, 512)
    check(((crvOrN as Uint8Array)[0] ?? 0) >= 0x80 && ofBytes(xOrE, 3) === 'AQAB')
    return { kty: 'RSA', n, e: 'AQAB' }
  }
  // Throws for a point that is not on the curve.
  createPublicKey({ key: jwk(), format: 'jwk' })
}
