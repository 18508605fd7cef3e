import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { PasskeyVerifier } from '../domain/factor-ports.ts'
import { PASSKEY_ALGORITHMS } from '../domain/passkey-options.ts'
import { bytesOf, check, checkAttestation, checkFrame, clientDataOf, passkeyIdOf } from './webauthn-checks.ts'

type Response = Readonly<Record<string, unknown>>
const partsOf = (response: unknown): { readonly id: unknown; readonly parts: Response } => {
  const { id, response: parts } = Object(response) as Response
  return { id, parts: Object(parts) }
}

/** The user handle: the 16 bytes of the user id, which is random (section 14.6.1). */
const userIdOf = (userHandle: unknown): string => {
  const bytes = bytesOf(userHandle)
  check(bytes.length === 16)
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** A response that fails a check, ours or the library's, is `undefined`: no message about it leaves this module. */
const unlessWrong = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const MOST_TRANSPORTS = 8
/** Authenticators name their own transports, which nobody signs. Keeps what browsers may know, also of later versions. */
const transportsOf = (given: unknown): string[] =>
  [...new Set(Array.isArray(given) ? given : [])]
    .filter((each) => typeof each === 'string' && /^[a-z-]{2,16}$/.test(each))
    .slice(0, MOST_TRANSPORTS)

/** Verifies the ceremonies of WebAuthn level 3 for one RP ID and the origins of its pages and apps. */
export function passkeyVerifier({
  rpId,
  origins,
}: {
  readonly rpId: string
  readonly origins: readonly string[]
}): PasskeyVerifier {
  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: rpId,
    requireUserVerification: true,
  })

  return {
    challengeOf: (response) =>
      unlessWrong(() => {
        const { challenge } = clientDataOf(partsOf(response).parts.clientDataJSON)
        bytesOf(challenge)
        return challenge as string
      }),

    claimOf: (response) =>
      unlessWrong(() => {
        const { id, parts } = partsOf(response)
        return { userId: userIdOf(parts.userHandle), passkeyId: passkeyIdOf(id) }
      }),

    async verifyRegistration(response, challenge) {
      try {
        const { id, parts } = partsOf(response)
        checkFrame(parts.clientDataJSON)
        const passkeyId = passkeyIdOf(id)
        checkAttestation(parts.attestationObject, id)
        const { verified, registrationInfo: info } = await verifyRegistrationResponse({
          ...expected(challenge),
          response: response as RegistrationResponseJSON,
          supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
        })
        check(verified && info !== undefined)
        return {
          id: passkeyId,
          credentialId: info.credential.id,
          publicKey: Buffer.from(info.credential.publicKey).toString('base64url'),
          counter: info.credential.counter,
          transports: transportsOf(parts.transports),
          rpId,
          backupEligible: info.credentialDeviceType === 'multiDevice',
          backedUp: info.credentialBackedUp,
        }
      } catch {
        return undefined
      }
    },

    async verifyAuthentication(response, challenge, passkey) {
      try {
        const { id, parts } = partsOf(response)
        checkFrame(parts.clientDataJSON)
        // The credential and the user handle are those of the owner (7.2).
        check(passkeyIdOf(id) === passkey.id && passkey.rpId === rpId)
        check(userIdOf(parts.userHandle) === passkey.userId)
        for (const part of ['authenticatorData', 'signature']) bytesOf(parts[part])
        const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
          ...expected(challenge),
          response: response as AuthenticationResponseJSON,
          credential: {
            id: passkey.credentialId,
            publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
            // Zero, or the library would refuse a counter that goes back. 7.2 leaves that to us: it is an event.
            counter: 0,
          },
        })
        check(verified)
        // This never changes (6.1.3, 7.2).
        check((info.credentialDeviceType === 'multiDevice') === passkey.backupEligible)
        return { counter: info.newCounter, backedUp: info.credentialBackedUp }
      } catch {
        return undefined
      }
    },
  }
}
