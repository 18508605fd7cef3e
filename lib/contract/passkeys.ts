import * as z from 'zod/mini'
import { recoveryCode, totpCode } from './fields.ts'
import { factorChange, passkey } from './models.ts'

const base64url = z.string().check(z.minLength(1), z.regex(/^[\w-]+$/, 'must be base64url'))
const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
}

// Browsers add members, such as the results of extensions: unknown ones are left out, not refused.

/** What `credential.toJSON()` of a registration returns (WebAuthn level 3, 5.1: RegistrationResponseJSON). */
export const registrationResponse = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z.optional(z.array(z.string())),
    }),
  })
  .register(z.globalRegistry, { id: 'PasskeyRegistration' })

/** What `credential.toJSON()` of a login returns (AuthenticationResponseJSON). */
export const authenticationResponse = z
  .object({
    ...credential,
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: z.optional(base64url),
    }),
  })
  .register(z.globalRegistry, { id: 'PasskeyAssertion' })

const publicKey = z.literal('public-key')
const milliseconds = z
  .int()
  .register(z.globalRegistry, { description: 'Milliseconds. Then ask for new options.' })

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export const creationOptions = z
  .object({
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.object({ type: publicKey, alg: z.int() })),
    timeout: milliseconds,
    excludeCredentials: z.array(
      z.object({ type: publicKey, id: z.string(), transports: z.readonly(z.array(z.string())) }),
    ),
    authenticatorSelection: z.object({
      residentKey: z.literal('required'),
      requireResidentKey: z.boolean(),
      userVerification: z.literal('required'),
    }),
    attestation: z.literal('none'),
  })
  .register(z.globalRegistry, { id: 'PasskeyCreationOptions' })

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export const requestOptions = z
  .object({
    rpId: z.string(),
    challenge: z.string(),
    timeout: milliseconds,
    userVerification: z.literal('required'),
  })
  .register(z.globalRegistry, { id: 'PasskeyRequestOptions' })

/** The answer to a new passkey. */
export const passkeyAdded = z
  .extend(factorChange, { passkey })
  .register(z.globalRegistry, { id: 'PasskeyAdded' })

/** The SHA-256 of the credential id. */
export const passkeyId = z.string().check(z.regex(/^[\w-]{43}$/))

/** The fields of a second proof. `factorProofNeeds` are what its check needs. */
export const factorProofs = {
  totp: z.optional(totpCode),
  recoveryCode: z.optional(recoveryCode),
  passkey: z.optional(authenticationResponse),
}
