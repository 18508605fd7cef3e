import { canonicalEmail } from '../domain/email-addresses.ts'
import { isNameLength, isReadable } from '../domain/person-names.ts'
import type { ProviderIdentity } from '../domain/social-ports.ts'

/** Mails and pages show it, so it has only characters of addresses and user names. */
const safe = /^[A-Za-z0-9._%+@-]{1,254}$/

const isSafe = (text: unknown): text is string => typeof text === 'string' && safe.test(text)

/**
 * Our canonical form of another text can be another address, which nobody has verified: `K`, the sign of Kelvin, becomes `k`, and
 * versions of IDNA differ in `ß`.
 */
const isAscii = (text: unknown): text is string => typeof text === 'string' && /^[\x20-\x7E]*$/.test(text)

/** What of a profile is stored. A text that does not fit is left out: nobody is refused for it. */
export function profileOf(said: {
  readonly email?: unknown
  readonly name?: unknown
  readonly accountNames?: readonly unknown[] | undefined
}): Pick<ProviderIdentity, 'email' | 'name' | 'accountName'> {
  const email = isAscii(said.email) ? canonicalEmail(said.email) : undefined
  const name = typeof said.name === 'string' ? said.name.trim() : ''
  const accountName = said.accountNames?.find(isSafe)
  return {
    ...(email !== undefined && { email }),
    ...(isNameLength(name) && isReadable(name) && { name }),
    ...(accountName !== undefined && { accountName }),
  }
}
