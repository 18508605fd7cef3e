import type { KeyObject } from 'node:crypto'
import type { KeysById } from './jwt.ts'

export interface NamedKey {
  readonly kid: string
  readonly key: KeyObject
}
export interface KeyRing {
  readonly current: NamedKey
  readonly all: KeysById
}

/**
 * The source of keys. Each function reads only the keys it uses, reads them again when they are old, and fails if there are
 * none. An unknown `kid` causes another read, at most once a minute.
 */
export interface Keys {
  /** The private key that signs access tokens now. */
  signingKey(): Promise<NamedKey>
  /** The public keys of all tokens that may still be valid, and of keys that will sign soon. */
  publicKeys(kid?: string): Promise<KeysById>
  refreshKeys(kid?: string): Promise<KeyRing>
  peppers(kid?: string): Promise<KeyRing>
  /** The key of the hashes that name counters. A counter lives for a day. */
  keyedHashKey(): Promise<KeyObject>
  /** The keys that encrypt TOTP secrets. Each stays as long as a secret names it. */
  factorKeys(kid?: string): Promise<KeyRing>
  /** The keys of the hashes of recovery codes. Each stays as long as a hash names it. */
  recoveryCodeKeys(kid?: string): Promise<KeyRing>
}

/** Parameters by path, as in SSM: keys by their numbers, which are created once and never overwritten; secrets by their names. */
export interface Parameters {
  /** Every value below a path, by number or name. */
  below(path: ParameterPath): Promise<ReadonlyMap<string, string>>
  /** Of several parallel calls with the same number, one creates it. */
  create(path: ParameterPath, number: string, value: string): Promise<'created' | 'exists'>
  /** Creates or overwrites the secret of a provider. */
  replace(path: typeof PROVIDERS_PATH, name: string, value: string): Promise<void>
  /** Idempotent. */
  remove(path: ParameterPath, number: string): Promise<void>
}

/** Each kind of key has its own path, so that a role can be allowed to read only that kind. */
export const keyPaths = [
  'access/public',
  'access/private',
  'refresh',
  'pepper',
  'keyed-hash',
  'factors',
  'recovery-codes',
] as const
export type KeyPath = (typeof keyPaths)[number]

/** The client secrets of providers, which are no keys: others made them. */
export const PROVIDERS_PATH = 'providers'
export const parameterPaths = [...keyPaths, PROVIDERS_PATH] as const
export type ParameterPath = (typeof parameterPaths)[number]
