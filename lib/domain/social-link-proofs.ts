import type { FactorProof } from './factors.ts'
import { isOwner } from './link-sessions.ts'
import { type PasskeyProofPorts, provesPasskey } from './passkey-login.ts'
import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { LinkSession } from './social-ports.ts'
import type { Account } from './users.ts'

/** An account that was proven in a link session, and how. */
export interface ProvenAccount {
  readonly account: Account
  /** The methods of the proof (RFC 8176). */
  readonly amr: readonly string[]
  /** A passkey is both proofs. */
  readonly factor?: FactorProof
}

/**
 * Returns the account that a link session waits for, if its user, version and email are unchanged. Refuses with `invalid_link_session`,
 * or with `invalid_request` if the session waits for an email only.
 */
async function accountOfLinkSession(
  { users }: Pick<Ports, 'users'>,
  { identity, owner }: LinkSession,
  path: 'password' | 'passkey',
): Promise<Account> {
  if (!owner) {
    const message = 'proves nothing here: prove an email with a code'
    throw new Refusal('invalid_request', { issues: [{ path, message }] })
  }
  const account = await users.findById(owner.userId)
  if (!account || !isOwner(owner, account) || account.email !== identity.email)
    throw new Refusal('invalid_link_session', { subject: { userId: owner.userId } })
  return account
}

/**
 * Proves the account by its password, with the budget of its logins. Refuses with `too_many_attempts` before the compare, with
 * `invalid_credentials` after a wrong password, or as `accountOfLinkSession`.
 */
export async function provenByPassword(
  ports: Pick<Ports, 'users' | 'passwords' | 'rateLimiter' | 'limits' | 'events'>,
  session: LinkSession,
  password: string,
): Promise<ProvenAccount> {
  const { rateLimiter, passwords, events, limits } = ports
  await passwords.ready()
  const account = await accountOfLinkSession(ports, session, 'password')
  const { id: userId, email, passwordHash } = account
  const attempts = await rateLimiter.reserveAttempt(email)
  if (!(await passwords.compare(password, passwordHash || undefined))) {
    events.record({ type: 'login.failed', userId, reason: 'wrong_password' })
    if (attempts >= limits.loginFailures.most) events.record({ type: 'login.locked', userId })
    throw new Refusal('invalid_credentials', { subject: { userId } })
  }
  // The proof has succeeded, and a lock ends by itself.
  await rateLimiter.resetAttempts(email).catch(() => events.record({ type: 'login.lock_left', userId }))
  return { account, amr: ['pwd'] }
}

/** Proves the account by one of its passkeys: both proofs in one. Refuses with `invalid_passkey`, or as `accountOfLinkSession`. */
export async function provenByPasskey(
  ports: PasskeyProofPorts & Pick<Ports, 'users'>,
  session: LinkSession,
  response: unknown,
): Promise<ProvenAccount> {
  const account = await accountOfLinkSession(ports, session, 'passkey')
  return { account, amr: [], factor: await provesPasskey(ports, response)(account) }
}
