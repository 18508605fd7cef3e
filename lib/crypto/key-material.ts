import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Seconds } from '../domain/lifetimes.ts'
import type { KeyPath, NamedKey } from './keys.ts'

/** A stored key: when it starts to sign, and a PEM or a secret in base64url. */
interface Kept {
  readonly kid: string
  readonly signsFrom: Seconds
  readonly key: string
}
export interface Material extends NamedKey {
  readonly signsFrom: Seconds
}

/** An RSA key of 3072 bits has 128 bits of strength (ASVS 11.2.3). Tests use the shortest accepted length. */
export async function newKeyPair(
  signsFrom: Seconds,
  modulusLength = 3072,
): Promise<{ readonly kid: string; readonly publicKey: string; readonly privateKey: string }> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength })
  const kid = thumbprint(publicKey)
  // A `kid` is typed on a command line, where a leading dash means an option. The `kid` is computed from the key, so make
  // another key.
  if (kid.startsWith('-')) return newKeyPair(signsFrom, modulusLength)
  const kept = (key: string | Buffer) => keep({ kid, signsFrom, key: key.toString() })
  return {
    kid,
    publicKey: kept(publicKey.export({ type: 'spki', format: 'pem' })),
    privateKey: kept(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}

/** A secret of 256 random bits. */
export function newSecret(signsFrom: Seconds): { readonly kid: string; readonly secret: string } {
  const kid = randomBytes(6).toString('hex')
  return { kid, secret: keep({ kid, signsFrom, key: randomBytes(32).toString('base64url') }) }
}

const keep = (kept: Kept): string => JSON.stringify(kept)

/** The `kid` is the RFC 7638 thumbprint. */
function thumbprint(publicKey: KeyObject): string {
  const { e, kty, n } = publicKey.export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url')
}

/**
 * Parses the keys of one path once, because parsing a PEM costs more than checking a signature. Returns the newest first: the
 * one that starts to sign last. @throws if there is none, or if one is short or malformed. The error never contains its value.
 */
export function materialOf(
  path: KeyPath,
  values: ReadonlyMap<string, string>,
): readonly [Material, ...Material[]] {
  const all = [...values].map(([number, value]) => {
    try {
      const { kid, signsFrom, key } = JSON.parse(value) as Partial<Kept>
      if (!/^[\w-]+$/.test(kid ?? '') || !Number.isSafeInteger(signsFrom)) throw new Error()
      return { kid: String(kid), signsFrom: Number(signsFrom), key: readers[path](String(key)) }
    } catch {
      // The cause could quote the key.
      throw new Error(`Key ${number} of ${path} is missing, short or malformed`)
    }
  })
  if (new Set(all.map(({ kid }) => kid)).size < all.length)
    throw new Error(`Two keys of ${path} have the same kid`)
  const [first, ...others] = all.sort((a, b) => b.signsFrom - a.signsFrom)
  if (!first) throw new Error(`There is no key of ${path}`)
  return [first, ...others]
}

const readers: Readonly<Record<KeyPath, (text: string) => KeyObject>> = {
  'access/public': (pem) => rsa(createPublicKey(pem)),
  'access/private': (pem) => rsa(createPrivateKey(pem)),
  refresh: secret,
  pepper: secret,
  'keyed-hash': secret,
  factors: secret,
  'recovery-codes': secret,
}

function rsa(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    throw new Error()
  return key
}

function secret(text: string): KeyObject {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length < 32) throw new Error()
  return createSecretKey(bytes)
}

/** The current signing key: the newest whose start has passed and whose private half exists. */
export const signingNow = <K extends { readonly signsFrom: Seconds; readonly isWhole?: boolean }>(
  newestFirst: readonly K[],
  now: Seconds,
): K | undefined => newestFirst.find(({ signsFrom, isWhole = true }) => isWhole && signsFrom <= now)
