import { createHash, randomBytes } from 'node:crypto'

/** A value of 256 random bits, which is given away once, and the hash that is stored. It needs no salt (ASVS 6.5.2). */
export function newSecret(): { readonly secret: string; readonly hash: string } {
  const secret = randomBytes(32).toString('base64url')
  return { secret, hash: hashOfSecret(secret) }
}

/** Base64url of the SHA-256. For a code verifier this is its S256 challenge (RFC 7636 4.2). */
export const hashOfSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url')
