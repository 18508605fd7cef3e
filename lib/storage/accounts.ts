import { hasFactor } from '../domain/factors.ts'
import { storedLocale } from '../domain/locales.ts'
import { type Account, type Factors, type ListedUser, noFactors, roles, statuses } from '../domain/users.ts'
import { ITEM_VERSION } from './client.ts'
import { fieldsOf, oneOf, optional, text, texts, truth, whole } from './item-checks.ts'
import { accountKey, listingKey, userIdOf } from './item-keys.ts'

/**
 * The id is part of the key only. An account is at most 1 KB, so a write costs one unit. Only the longest email together with a name
 * of emoji needs more.
 */
export const accountItem = ({ id, factors, identities, ...account }: Account): Record<string, unknown> => ({
  ...accountKey(id),
  ...listingKey({ id, ...account }),
  ...account,
  ...(hasFactor({ factors }) && { factors }),
  ...(identities > 0 && { identities }),
  v: ITEM_VERSION,
})

const listed = {
  email: text,
  name: text,
  roles: texts,
  emailVerified: truth,
  createdAt: text,
  status: oneOf(...statuses),
}
const isFactors = (value: unknown): value is Factors => {
  const { totp, passkeys } = (value ?? {}) as Partial<Factors>
  return truth(totp) && whole(passkeys)
}
const complete = {
  ...listed,
  passwordHash: text,
  claimsVersion: whole,
  sessionVersion: whole,
  devices: texts,
  keptUntil: optional(whole),
  locale: optional(text),
  factors: optional(isFactors),
  identities: optional(whole),
}

/** @throws if an attribute is missing or of another type, naming it. */
export function accountOf(item: Readonly<Record<string, unknown>>): Account {
  const { locale, factors = noFactors, identities = 0, ...fields } = fieldsOf('account', item, complete)
  return known({ id: userIdOf(item), ...fields, factors, identities, locale: storedLocale(locale) })
}

/** The attributes of an account in the index `listing`. */
export const listedUserOf = (item: Readonly<Record<string, unknown>>): ListedUser =>
  known({ id: userIdOf(item), ...fieldsOf('account', item, listed) })

/** Ignores roles that this version does not know. */
const known = <T extends { readonly roles: readonly string[] }>(fields: T) => ({
  ...fields,
  roles: roles.filter((role) => fields.roles.includes(role)),
})
