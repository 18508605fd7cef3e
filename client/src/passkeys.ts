import { ApiError } from './api-error.ts'
import { fromBase64url as bytes, toBase64url as text } from './base64url.ts'
import type {
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from './operations.ts'
import type { Result } from './send.ts'

/** Why the browser gave no passkey. */
export type PasskeyCode =
  /** The user cancelled, waited too long, or has no passkey here. The browser does not say which. */
  | 'passkey_not_given'
  /** The device already has a passkey of this account. */
  | 'passkey_exists'
  /** This browser has no passkeys, or the page does not belong to the `PASSKEY_RP_ID` of the deployment. */
  | 'passkey_unsupported'

/** Whether this browser knows passkeys. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential === 'function' && typeof navigator.credentials?.get === 'function'

/** Whether it can offer them in the list of usernames (`autocomplete="username webauthn"`). */
export const canAutofillPasskeys = async (): Promise<boolean> =>
  hasPasskeys() &&
  ((await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false)) ?? false)

/** Makes a passkey with the options of `startPasskeyRegistration`, for `addPasskey`. It never throws. */
export const createPasskey = (
  options: PasskeyCreationOptions,
): Promise<Result<PasskeyRegistration, PasskeyCode>> =>
  result(async () => {
    const { user, challenge, excludeCredentials } = options
    const made = (await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(challenge),
        user: { ...user, id: bytes(user.id) },
        excludeCredentials: excludeCredentials.map((each) => ({ ...each, id: bytes(each.id) })),
      } as unknown as PublicKeyCredentialCreationOptions,
    })) as PublicKeyCredential
    const response = made.response as AuthenticatorAttestationResponse
    return {
      ...named(made),
      response: {
        clientDataJSON: text(response.clientDataJSON),
        attestationObject: text(response.attestationObject),
        // Older browsers lack it.
        transports: response.getTransports?.() ?? [],
      },
    }
  })

/**
 * Asks for a passkey with the options of `startPasskeyLogin`, for `logInWithPasskey`, `proveSecondFactor` and `reauthenticate`.
 * `isAutofill`: only in the list of usernames, until `signal` ends it. It never throws.
 */
export const getPasskey = (
  { challenge, ...options }: PasskeyRequestOptions,
  { signal, isAutofill = false }: { readonly signal?: AbortSignal; readonly isAutofill?: boolean } = {},
): Promise<Result<PasskeyAssertion, PasskeyCode>> =>
  result(async () => {
    const given = (await navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(challenge) },
      ...(signal && { signal }),
      ...(isAutofill && { mediation: 'conditional' as const }),
    })) as PublicKeyCredential
    const { clientDataJSON, authenticatorData, signature, userHandle } =
      given.response as AuthenticatorAssertionResponse
    return {
      ...named(given),
      response: {
        clientDataJSON: text(clientDataJSON),
        authenticatorData: text(authenticatorData),
        signature: text(signature),
        ...(userHandle && { userHandle: text(userHandle) }),
      },
    }
  })

/** The errors of WebAuthn level 3, 5.1.3 and 5.1.4. */
const codes: Readonly<Record<string, PasskeyCode>> = {
  NotAllowedError: 'passkey_not_given',
  AbortError: 'passkey_not_given',
  InvalidStateError: 'passkey_exists',
}

async function result<Data>(ceremony: () => Promise<Data>): Promise<Result<Data, PasskeyCode>> {
  try {
    return { data: await ceremony() }
  } catch (cause) {
    const { name, message } = cause as Error
    return { error: new ApiError(codes[name] ?? 'passkey_unsupported', message, { cause }) }
  }
}

// Not `toJSON` and `parseRequestOptionsFromJSON`: password managers that replace `navigator.credentials` lack them or fail there.

const named = ({ rawId }: PublicKeyCredential) => {
  const id = text(rawId)
  return { id, rawId: id, type: 'public-key' as const }
}
