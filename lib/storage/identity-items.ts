import type { Identity, ProviderAccount, ProviderIdentity } from '../domain/social-ports.ts'
import { type Check, fieldsOf, optional, shaped, text, whole } from './item-checks.ts'

type Item = Readonly<Record<string, unknown>>

const account = {
  provider: text,
  issuer: text,
  subject: text,
  accountName: optional(text),
  sealedRefreshToken: optional(text),
}
const provided = { ...account, email: optional(text), name: optional(text), authTime: optional(whole) }
const linked = { ...account, userId: text, id: text, linkedAt: whole, lastUsedAt: whole }

// One shape for writing and for reading: without fields that are `undefined`, which DynamoDB cannot store.

/** @throws if a field is missing or of another type, naming it. So do the others. */
export const identityOf = (item: Item): Identity => fieldsOf('identity', item, linked)
export const identityFields = (identity: Identity): object => identityOf({ ...identity })

/** A provider account inside an item that waits for its link. */
export const isProviderAccount: Check<ProviderAccount> = shaped(account)
export const providerAccountFields = (provider: ProviderAccount): object =>
  fieldsOf('provider account', { ...provider }, account)

/** What a provider says, inside an item of a login on its way. */
export const isProviderIdentity: Check<ProviderIdentity> = shaped(provided)
export const providerIdentityFields = (identity: ProviderIdentity): object =>
  fieldsOf('provider identity', { ...identity }, provided)
