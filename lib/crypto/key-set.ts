import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { Keys, NamedKey } from './keys.ts'

/** A set of keys as it is kept: newest first, and the newest is the one that signs and hashes. */
export interface KeySet {
  readonly accessTokens: readonly { readonly kid: string; readonly privateKey: string }[]
  readonly refreshTokens: readonly { readonly kid: string; readonly secret: string }[]
  readonly peppers: readonly { readonly kid: string; readonly secret: string }[]
  readonly fingerprints: readonly { readonly kid: string; readonly secret: string }[]
}

/** New keys of at least 128 bits of strength: RSA of 3072 bits, secrets of 256 (ASVS 11.2.3). */
export function generateKeySet(modulusLength = 3072): KeySet {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const secret = () => ({
    kid: randomBytes(6).toString('hex'),
    secret: randomBytes(32).toString('base64url'),
  })
  return {
    accessTokens: [
      {
        kid: thumbprint(publicKey),
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    ],
    refreshTokens: [secret()],
    peppers: [secret()],
    fingerprints: [secret()],
  }
}

/** The key's name is its RFC 7638 thumbprint. */
function thumbprint(publicKey: KeyObject): string {
  const { e, kty, n } = publicKey.export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url')
}

/**
 * The keys of a set, made ready once: a PEM parsed at each call costs more than the signature's check.
 * @throws if a key is missing, short or malformed; never with its value.
 */
export function keysOf(set: unknown): Keys {
  const { accessTokens, refreshTokens, peppers, fingerprints } = (set ?? {}) as Partial<KeySet>
  const signing = named('accessTokens', accessTokens, ({ privateKey }) => {
    const key = createPrivateKey(privateKey)
    if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
      throw new Error()
    return key
  })
  const refresh = named('refreshTokens', refreshTokens, secretKey)
  const pepper = named('peppers', peppers, secretKey)
  const [fingerprint] = named('fingerprints', fingerprints, secretKey)
  const publicKeys = new Map(signing.map(({ kid, key }) => [kid, createPublicKey(key)]))
  return {
    signingKey: async () => signing[0],
    publicKeys: async () => publicKeys,
    refreshKeys: async () => ({ current: refresh[0], all: byId(refresh) }),
    peppers: async () => ({ current: pepper[0], all: byId(pepper) }),
    fingerprintKey: async () => fingerprint.key,
  }
}

function secretKey({ secret }: { readonly secret: string }): KeyObject {
  const bytes = Buffer.from(secret, 'base64url')
  if (bytes.length < 32) throw new Error()
  return createSecretKey(bytes)
}

function named<T extends { readonly kid: string }>(
  part: keyof KeySet,
  entries: readonly T[] | undefined,
  keyOf: (entry: T) => KeyObject,
): [NamedKey, ...NamedKey[]] {
  const keys = (Array.isArray(entries) ? entries : []).map((entry: T, index) => {
    try {
      if (!/^[\w-]+$/.test(entry.kid)) throw new Error()
      return { kid: entry.kid, key: keyOf(entry) }
    } catch {
      // The cause may quote the key.
      throw new Error(`Key ${index} of ${part} is missing, short or malformed`)
    }
  })
  if (byId(keys).size < keys.length) throw new Error(`Two keys of ${part} have one name`)
  const [first, ...others] = keys
  if (!first) throw new Error(`There is no key of ${part}`)
  return [first, ...others]
}

const byId = (keys: readonly NamedKey[]) => new Map(keys.map(({ kid, key }) => [kid, key]))
