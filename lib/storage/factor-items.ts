import type { Passkey, PendingTotp, StoredRecoveryCodes, Totp } from '../domain/factor-ports.ts'
import { fieldsOf, text, texts, truth, whole } from './item-checks.ts'

type Item = Readonly<Record<string, unknown>>

/** @throws if an attribute is missing or of another type, naming it. So do the others. */
export const totpOf = (item: Item): Totp =>
  fieldsOf('TOTP enrolment', item, {
    userId: text,
    enrolmentId: text,
    sealedSecret: text,
    lastStep: whole,
    failures: whole,
    enrolledAt: whole,
    lastUsedAt: whole,
  })

export const pendingTotpOf = (item: Item): PendingTotp =>
  fieldsOf('pending TOTP enrolment', item, {
    userId: text,
    enrolmentId: text,
    sealedSecret: text,
    sessionId: text,
    sessionVersion: whole,
    expiresAt: whole,
  })

const isHashes = (value: unknown): value is ReadonlySet<string> | undefined =>
  value === undefined || (value instanceof Set && texts([...value]))
const noHashes: ReadonlySet<string> = new Set()

/** DynamoDB has no empty set: after the last code, the attribute is gone. */
export function recoveryCodesOf(item: Item): StoredRecoveryCodes {
  const { hashes = noHashes, ...fields } = fieldsOf('set of recovery codes', item, {
    userId: text,
    createdAt: whole,
    hashes: isHashes,
  })
  return { ...fields, hashes: [...hashes] }
}

export const passkeyOf = (item: Item): Passkey =>
  fieldsOf('passkey', item, {
    userId: text,
    id: text,
    credentialId: text,
    publicKey: text,
    counter: whole,
    transports: texts,
    rpId: text,
    backupEligible: truth,
    backedUp: truth,
    name: text,
    createdAt: whole,
    lastUsedAt: whole,
  })
