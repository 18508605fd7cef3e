import { admit } from './admission.ts'
import { notAdmitted } from './auth-sessions.ts'
import type { FactorProof } from './factors.ts'
import { openPasskeyChallenge } from './passkey-challenges.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal, type Subject } from './refusal.ts'
import type { Prove } from './second-factor.ts'
import { openProvenSession } from './sessions.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

/** The methods of a passkey that verified its user: possession of a key, the user, and so several factors (RFC 8176). */
export const PASSKEY_AMR = ['pop', 'user', 'mfa']

export type PasskeyProofPorts = Pick<
  Ports,
  'passkeys' | 'passkeyVerifier' | 'keyedHashes' | 'clock' | 'events'
>

/**
 * Opens a session for a passkey: both proofs in one. Refuses with `invalid_passkey` for every response that is not right, without
 * saying why, with the refusals of the gate, or with `conflict` if the account was changed meanwhile.
 */
export async function logInWithPasskey(
  ports: TokenPorts &
    PasskeyProofPorts &
    Pick<Ports, 'users' | 'authSessions' | 'sessionOpenings' | 'policy' | 'outbox'>,
  response: unknown,
  client: Client,
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  const { account, factor } = await provenPasskey(ports, response)
  const proof = { amr: [], client }
  const admission = admit(ports.policy, account, proof, factor)
  if (typeof admission === 'string') throw await notAdmitted(ports, account, proof, admission)
  const opened = await openProvenSession(ports, admission)
  if (opened === 'spent') throw new Refusal('invalid_passkey', { subject: { userId: account.id } })
  if (typeof opened === 'string') throw new Refusal('conflict', { subject: { userId: account.id } })
  return opened
}

/** Proves a passkey of an account, for the second step and for re-authentication. Refuses with `invalid_passkey`. */
export const provesPasskey =
  (ports: PasskeyProofPorts, response: unknown): Prove =>
  async ({ id }) =>
    (await provenPasskey(ports, response, id)).factor

/** Checks a response to a challenge for logins. It uses nothing up. */
async function provenPasskey(
  ports: PasskeyProofPorts,
  response: unknown,
  ownerId?: string,
): Promise<{ readonly account: Account; readonly factor: FactorProof }> {
  const { passkeyVerifier, passkeys } = ports
  const refused = (subject: Subject = {}) => new Refusal('invalid_passkey', { subject })

  // 1. The challenge is ours. A forged one costs no read.
  const challenge = passkeyVerifier.challengeOf(response)
  const opened = challenge && (await openPasskeyChallenge(ports, challenge, ['login']))
  const claim = passkeyVerifier.claimOf(response)
  if (!challenge || !opened || !claim) throw refused()

  // 2. The user has this passkey.
  const claimed = { claimedUserId: claim.userId }
  if (ownerId !== undefined && claim.userId !== ownerId) throw refused({ userId: ownerId })
  const { account, passkey } = await passkeys.find(claim.userId, claim.passkeyId)
  if (!account || !passkey) throw refused(claimed)

  // 3. Its key has signed the challenge.
  const verified = await passkeyVerifier.verifyAuthentication(response, challenge, passkey)
  if (!verified) throw refused(claimed)

  // A counter that does not grow may be that of a copy. Synced passkeys have none (WebAuthn level 3, 6.1.1).
  if (Math.max(verified.counter, passkey.counter) > 0 && verified.counter <= passkey.counter)
    ports.events.record({ type: 'passkey.counter_went_back', userId: account.id, passkeyId: passkey.id })
  return {
    account,
    factor: { amr: PASSKEY_AMR, spends: { type: 'passkey', passkey, ...opened, ...verified } },
  }
}
