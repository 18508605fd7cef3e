import { randomBytes } from 'node:crypto'
import type { Seconds } from './lifetimes.ts'
import { challengeHashOf, isSame } from './one-time-codes.ts'
import type { Ports } from './ports.ts'

/** How long a ceremony may take: the most that WebAuthn level 3 recommends (15.1). */
export const CHALLENGE_SECONDS: Seconds = 600

const NONCE_BYTES = 16
const END_BYTES = 6

/** What a challenge is for: the second step and re-authentication take those of a login. Registration belongs to one session. */
export type ChallengePurpose =
  | readonly ['login']
  | readonly ['registration', userId: string, sessionId: string]

type SealPorts = Pick<Ports, 'keyedHashes' | 'clock'>

/**
 * A challenge is sealed, not stored: so an opened login page costs no write. It contains a nonce and its end; a keyed hash ties both
 * to the purpose. WebAuthn level 3, 13.4.3.
 */
export async function newPasskeyChallenge(ports: SealPorts, purpose: ChallengePurpose): Promise<string> {
  const content = Buffer.alloc(NONCE_BYTES + END_BYTES)
  randomBytes(NONCE_BYTES).copy(content)
  content.writeUIntBE(ports.clock.now() + CHALLENGE_SECONDS, NONCE_BYTES, END_BYTES)
  const seal = await sealOf(ports, content, purpose)
  return Buffer.concat([content, Buffer.from(seal, 'hex')]).toString('base64url')
}

/** A challenge as it is recorded when it is spent. */
export interface OpenedChallenge {
  readonly challengeHash: string
  readonly challengeExpiresAt: Seconds
}

/** Returns `undefined` for a challenge that is forged, expired or of another purpose. Whether it is spent, only the write shows. */
export async function openPasskeyChallenge(
  ports: SealPorts,
  challenge: string,
  purpose: ChallengePurpose,
): Promise<OpenedChallenge | undefined> {
  const bytes = Buffer.from(challenge, 'base64url')
  const content = bytes.subarray(0, NONCE_BYTES + END_BYTES)
  if (content.length < NONCE_BYTES + END_BYTES) return undefined
  const seal = bytes.subarray(content.length).toString('hex')
  if (!isSame(seal, await sealOf(ports, content, purpose))) return undefined
  const challengeExpiresAt = content.readUIntBE(NONCE_BYTES, END_BYTES)
  if (challengeExpiresAt <= ports.clock.now()) return undefined
  // Of the bytes: each has one hash, however it is spelled.
  return { challengeHash: challengeHashOf(bytes.toString('base64url')), challengeExpiresAt }
}

const sealOf = (
  { keyedHashes }: Pick<Ports, 'keyedHashes'>,
  content: Buffer,
  purpose: ChallengePurpose,
): Promise<string> => keyedHashes.of('passkey_challenge', content.toString('hex'), ...purpose)
