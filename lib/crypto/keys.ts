import type { KeyObject } from 'node:crypto'
import type { KeysById } from './jwt.ts'

export interface NamedKey {
  readonly kid: string
  readonly key: KeyObject
}

/** Where key material comes from. Each function reads only what it uses; a failed read is tried again by the next call. */
export interface Keys {
  /** The private key that signs access tokens now. */
  signingKey(): Promise<NamedKey>
  /** Every public key whose tokens may still live. */
  publicKeys(): Promise<KeysById>
  refreshKeys(): Promise<{ readonly current: NamedKey; readonly all: KeysById }>
  peppers(): Promise<{ readonly current: NamedKey; readonly all: KeysById }>
  /** What counters are kept under: it protects names that live for a day, and nothing else. */
  fingerprintKey(): Promise<KeyObject>
}
