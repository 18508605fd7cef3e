import { ownAccount } from './own-account.ts'
import { CHALLENGE_SECONDS, newPasskeyChallenge } from './passkey-challenges.ts'
import { checkMayAdd } from './passkeys.ts'
import type { Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import type { Account } from './users.ts'

/** The algorithms of passkeys (COSE), the preferred first: ES256, EdDSA, RS256. */
export const PASSKEY_ALGORITHMS = [-7, -8, -257] as const

type OptionPorts = Pick<Ports, 'relyingParty' | 'keyedHashes' | 'clock'>

/**
 * The options of a registration (WebAuthn level 3, 5.4): a discoverable passkey that verifies its user. The challenge belongs to the
 * session. Refuses with `email_not_verified` or `too_many_passkeys`.
 */
export async function registrationOptions(
  ports: OptionPorts & Pick<Ports, 'users' | 'passkeys' | 'policy'>,
  principal: Principal,
) {
  const account = await ownAccount(ports, principal)
  checkMayAdd(ports, account)
  return optionsOfRegistration(ports, account, principal.sessionId)
}

/** The same for what `boundTo` names: a session, or the hash of a token that stands for one. */
export async function optionsOfRegistration(
  ports: OptionPorts & Pick<Ports, 'passkeys' | 'policy'>,
  { id, email, name }: Account,
  boundTo: string,
) {
  const [registered, challenge] = await Promise.all([
    ports.passkeys.list(id),
    newPasskeyChallenge(ports, ['registration', id, boundTo]),
  ])
  const { rpId } = ports.relyingParty
  return {
    rp: { id: rpId, name: ports.policy.productName },
    user: { id: userHandleOf(id), name: email, displayName: name },
    challenge,
    pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
    timeout: CHALLENGE_SECONDS * 1000,
    // An authenticator holds one passkey for each user.
    excludeCredentials: registered
      .filter((each) => each.rpId === rpId)
      .map(({ credentialId, transports }) => ({ type: 'public-key' as const, id: credentialId, transports })),
    authenticatorSelection: {
      residentKey: 'required' as const,
      requireResidentKey: true,
      userVerification: 'required' as const,
    },
    attestation: 'none' as const,
  }
}

/** The options of a login (5.5). They are the same for everybody: so they show nothing about an account. */
export const loginOptions = async (ports: OptionPorts) => ({
  rpId: ports.relyingParty.rpId,
  challenge: await newPasskeyChallenge(ports, ['login']),
  timeout: CHALLENGE_SECONDS * 1000,
  userVerification: 'required' as const,
})

/** The 16 random bytes of the user id. A user handle must not identify a person (14.6.1). */
const userHandleOf = (userId: string): string =>
  Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url')
