import type { LinkSession, LinkTicket, SocialFlow, SocialResult } from '../domain/social-ports.ts'
import { isProviderIdentity, providerIdentityFields } from './identity-items.ts'
import { fieldsOf, oneOf, optional, shaped, text, whole } from './item-checks.ts'

type Item = Readonly<Record<string, unknown>>

const isOwner = shaped({ userId: text, sessionVersion: whole })
const flow = {
  stateHash: text,
  provider: text,
  purpose: oneOf('login', 'link', 'reauthentication'),
  redirect: text,
  codeChallenge: text,
  nonce: text,
  codeVerifier: text,
  cookieHash: text,
  owner: optional(isOwner),
  name: optional(text),
  expiresAt: whole,
}
const ticket = {
  ticketHash: text,
  provider: text,
  purpose: oneOf('link', 'reauthentication'),
  redirect: text,
  codeChallenge: text,
  owner: isOwner,
  expiresAt: whole,
}
const result = {
  codeHash: text,
  purpose: flow.purpose,
  codeChallenge: text,
  owner: flow.owner,
  identity: isProviderIdentity,
  expiresAt: whole,
}
const code = {
  email: text,
  digitsHash: text,
  owner: optional(isOwner),
  attempts: whole,
  expiresAt: whole,
}
const session = {
  tokenHash: text,
  identity: isProviderIdentity,
  owner: flow.owner,
  expiresAt: whole,
  code: optional(shaped(code)),
}

// Each shape serves for writing and for reading: without fields that are `undefined`, which DynamoDB cannot store.

/** @throws if a field is missing or of another type, naming it. So do the others. */
export const flowOf = (item: Item): SocialFlow => fieldsOf('social flow', item, flow)
export const ticketOf = (item: Item): LinkTicket => fieldsOf('link ticket', item, ticket)
export const resultOf = (item: Item): SocialResult => fieldsOf('social result', item, result)
export const linkSessionOf = (item: Item): LinkSession => fieldsOf('link session', item, session)

export const resultFields = ({ identity, ...fields }: SocialResult): object =>
  resultOf({ ...fields, identity: providerIdentityFields(identity) })
export const linkCodeFields = (fields: NonNullable<LinkSession['code']>): object =>
  fieldsOf('link code', { ...fields }, code)
export const linkSessionFields = ({ identity, code, ...fields }: LinkSession): object =>
  linkSessionOf({
    ...fields,
    identity: providerIdentityFields(identity),
    ...(code && { code: linkCodeFields(code) }),
  })
