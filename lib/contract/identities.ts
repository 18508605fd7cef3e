import * as z from 'zod/mini'
import type { RefusalCode } from '../domain/refusal.ts'
import { digits, password } from './fields.ts'
import { tokenResponse } from './models.ts'
import { authenticationResponse } from './passkeys.ts'

const secret = z
  .string()
  .check(z.regex(/^[\w-]{43}$/, 'must be 43 characters of base64url'))
  .register(z.globalRegistry, { examples: ['p1dXoGZyJ5yCv5cS0vN8sQYBq3V4m0rUu1b7wq2TzNA'] })

/** The code that came back as `#cardea_code=`, and the verifier that the front end kept (RFC 7636 4.1). */
export const redeemedCode = {
  code: secret,
  codeVerifier: z
    .string()
    .check(z.regex(/^[\w.~-]{43,128}$/, 'must be a code verifier of RFC 7636'))
    .register(z.globalRegistry, { examples: ['dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'] }),
}

/** An identity that waits for a proof. */
export const linkSession = secret

/** What proves the account or the email that a link session waits for. */
export const linkProofs = {
  password: z.optional(password),
  passkey: z.optional(authenticationResponse),
  code: z.optional(digits),
}

/** The refusals of that proof, and of the link. */
export const linkRefusals = [
  'invalid_link_session',
  'invalid_credentials',
  'invalid_passkey',
  'invalid_code',
  'account_disabled',
  'signup_closed',
  'email_taken',
  'identity_taken',
  'too_many_identities',
] as const satisfies readonly RefusalCode[]

/** A hash of issuer and subject. */
export const identityId = z.string().check(z.regex(/^[\w-]{43}$/))

/** A provider account that opens an account, without the provider's own id and tokens. */
export const identity = z
  .object({
    id: z.string(),
    provider: z.string().register(z.globalRegistry, { description: 'The name of the provider.' }),
    accountName: z.optional(z.string()).register(z.globalRegistry, {
      description: 'How its owner knows the account there: an address or a user name. For display only.',
    }),
    linkedAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
  })
  .register(z.globalRegistry, { id: 'Identity' })

/** All data stored about an identity, for its user: without the provider's tokens. */
export const exportedIdentity = z
  .extend(identity, { issuer: z.string(), subject: z.string() })
  .register(z.globalRegistry, { id: 'ExportedIdentity' })

/** The answer to a new link. */
export const identityLinked = z
  .extend(tokenResponse, { identity })
  .register(z.globalRegistry, { id: 'IdentityLinked' })
