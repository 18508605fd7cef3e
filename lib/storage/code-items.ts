import { purposes } from '../domain/code-purposes.ts'
import type { OneTimeCode } from '../domain/ports.ts'
import { ITEM_VERSION } from './client.ts'
import { fieldsOf, oneOf, optional, text, truth, whole } from './item-checks.ts'
import { codeKey } from './item-keys.ts'

const isLinks = (value: unknown): value is Readonly<Record<string, number>> | undefined =>
  value === undefined || Object.values((value ?? []) as object).every(whole)

/** The codes in an item: each link has its own expiry. */
export function codesOf(item: Readonly<Record<string, unknown>>): OneTimeCode[] {
  const { links } = fieldsOf('one-time code', item, { links: isLinks })
  if (!links) return [codeOf(item)]
  return Object.entries(links).map(([tokenHash, expiresAt]) => codeOf({ ...item, tokenHash, expiresAt }))
}

/** @throws if an attribute is missing or of another type, naming it. */
export const codeOf = (item: Readonly<Record<string, unknown>>): OneTimeCode =>
  fieldsOf('one-time code', item, {
    userId: text,
    purpose: oneOf(...purposes),
    tokenHash: text,
    sessionVersion: whole,
    email: text,
    expiresAt: whole,
    newEmail: optional(text),
    undoHash: optional(text),
    requestedAt: optional(whole),
    replaces: optional(text),
    redeemed: optional(truth),
    challengeHash: optional(text),
    digitsHash: optional(text),
    attempts: whole,
  })

/** A user can have several valid sign-up links. For every other purpose only the newest code is valid. */
export const codeItem = (code: OneTimeCode) => ({
  ...codeKey(code.userId, code.purpose),
  ...code,
  ...(code.purpose === 'verify_email' && { links: { [code.tokenHash]: code.expiresAt } }),
  v: ITEM_VERSION,
})
