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
 * Where key material comes from. Each function reads only what it uses, again when what it holds is old, and fails if there
 * is nothing to hold. With a `kid` that it does not hold it looks once more, at most once a minute.
 */
export interface Keys {
  /** The private key that signs access tokens now. */
  signingKey(): Promise<NamedKey>
  /** Every public key whose tokens may still live, and those that are about to sign. */
  publicKeys(kid?: string): Promise<KeysById>
  refreshKeys(kid?: string): Promise<KeyRing>
  peppers(kid?: string): Promise<KeyRing>
  /** What counters are kept under: it protects names that live for a day, and nothing else. */
  keyedHashKey(): Promise<KeyObject>
}

/** Parameters by their paths, as SSM keeps them: each numbered, made once, never written over. */
export interface Parameters {
  /** Every value below a path by its number. */
  below(path: KeyPath): Promise<ReadonlyMap<string, string>>
  /** Of two who make the same at once, one does. */
  create(path: KeyPath, number: string, value: string): Promise<'created' | 'exists'>
  /** Content if there is none. */
  remove(path: KeyPath, number: string): Promise<void>
}

/** Each kind of key by where it is kept, so that a role can be given one and no other. */
export const keyPaths = ['access/public', 'access/private', 'refresh', 'pepper', 'keyed-hash'] as const
export type KeyPath = (typeof keyPaths)[number]
