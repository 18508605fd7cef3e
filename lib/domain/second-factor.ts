import { admit } from './admission.ts'
import { openAuthSession } from './auth-sessions.ts'
import { type FactorProof, refusalOfSpent } from './factors.ts'
import { tellLink } from './identity-changes.ts'
import { linkedTo } from './identity-ids.ts'
import { notify } from './notifications.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import { openProvenSession } from './sessions.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

/** Checks a second proof of an account, or refuses. It uses nothing up. */
export type Prove = (account: Account) => Promise<FactorProof>

/**
 * Completes a login with a second factor. A wrong proof leaves the auth session as it is.
 * Refuses with `invalid_auth_session`, with the refusal of the proof, or with the same if another request has used it, or with
 * `identity_taken` if the identity that it should link has found another account meanwhile.
 */
export async function proveSecondFactor(
  ports: TokenPorts & FailurePorts & Pick<Ports, 'users' | 'authSessions' | 'sessionOpenings' | 'events'>,
  { authSession: token, client, prove }: { authSession: string; client: Client; prove: Prove },
): Promise<TokenPair> {
  await ensureSigningKeys(ports)

  // 1. The first proof is less than ten minutes old, and nothing has ended the user's sessions since then.
  const { authSession, account, now } = await openAuthSession(ports, token, { enrolsOnly: false })
  const userId = account.id

  // 2. The second proof is right.
  const factor = await prove(account).catch(async (error) => {
    if (isWrong(error)) await warnOwner(ports, userId)
    throw error
  })

  // 3. The account may have a session.
  const proof = { amr: authSession.amr, client }
  const admission = admit(ports.policy, account, proof, factor)
  if (typeof admission === 'string') throw new Refusal('invalid_auth_session', { subject: { userId } })

  // 4. One transaction uses up the proof and the auth session, links what waits for it, and opens the session.
  const links = authSession.links && linkedTo(userId, authSession.links, now)
  const opened = await openProvenSession(ports, admission, { ends: { authSession, now }, links })
  if (opened === 'identity_taken') throw new Refusal('identity_taken', { subject: { userId } })
  if (opened === 'spent') throw new Refusal(refusalOfSpent(factor), { subject: { userId } })
  if (typeof opened === 'string') throw new Refusal('invalid_auth_session', { subject: { userId } })
  await factor.afterUse?.()
  if (links) await tellLink(ports, links)
  return opened
}

/** Whether a proof was refused because it is wrong. */
const isWrong = (error: unknown): boolean =>
  error instanceof Refusal && (error.code === 'invalid_code' || error.code === 'invalid_passkey')

type FailurePorts = Pick<Ports, 'rateLimiter' | 'policy' | 'outbox' | 'clock' | 'events'>

/** Mails the owner at the third failure within a day, once a day: somebody knows the password, or reads the mail. */
async function warnOwner(ports: FailurePorts, userId: string): Promise<void> {
  if (await ports.rateLimiter.hasLeft('secondStepFailures', userId)) return
  if (!(await ports.rateLimiter.hasLeft('secondStepMails', userId))) return
  await notify(ports, { type: 'second_factor_failed', userId, at: ports.clock.now() })
}
