import { admit } from './admission.ts'
import { notAdmitted } from './auth-sessions.ts'
import type { Client, Ports } from './ports.ts'
import { subjectOfIp } from './rate-limiter.ts'
import { Refusal } from './refusal.ts'
import { openSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

type LoginPorts = TokenPorts &
  Pick<
    Ports,
    | 'users'
    | 'passwords'
    | 'rateLimiter'
    | 'limits'
    | 'policy'
    | 'events'
    | 'sessions'
    | 'authSessions'
    | 'outbox'
  >

/**
 * Opens a session for an email and its password. Independent calls run together, in three round trips. An unknown email costs
 * the same calls and the same hash as a wrong password.
 * Refuses with `too_many_attempts` before the compare, with `invalid_credentials` after a wrong password, and with
 * `account_disabled`, `email_not_verified`, `second_factor_required` or `second_factor_enrolment_required` after the right one.
 * ASVS 6.3.1, 6.3.8, OWASP Authentication Cheat Sheet.
 */
export async function logIn(
  ports: LoginPorts,
  { email, password }: { email: string; password: string },
  client: Client,
): Promise<TokenPair> {
  const { users, passwords, rateLimiter, limits, policy, events } = ports
  // Load the pepper and the signing keys before counting. Without them the attempt cannot be completed, so it must not be
  // counted.
  await settleAll(passwords.ready(), ensureSigningKeys(ports))

  // 1. Count the client first: a client over its limit uses up no attempts of an account.
  const [userId] = await settleAll(
    users.ownerOf(email),
    rateLimiter.take('loginPerIp', subjectOfIp(client.ip)),
  )

  // 2. Count the attempt before the compare. Otherwise a thousand parallel attempts would all find the budget unused. The
  //    session is opened with what one consistent read finds before the compare. If the password changes meanwhile, the session
  //    has a former session version and ends at its first refresh.
  const [attempts, found] = await settleAll(rateLimiter.reserveAttempt(email), users.findById(userId))
  // The email may have moved to another account between the two reads.
  const account = found?.email === email ? found : undefined
  const matches = await passwords.compare(password, account?.passwordHash)

  if (!account || !matches) {
    const failed = account ? 'wrong_password' : 'unknown_email'
    events.record({ type: 'login.failed', reason: failed, ...(account && { userId: account.id }) })
    if (attempts >= limits.loginFailures.most)
      events.record({ type: 'login.locked', ...(account && { userId: account.id }) })
    throw new Refusal('invalid_credentials')
  }

  // 3. The right password resets the count of failures, even if the account is not admitted.
  const proof = { amr: ['pwd'], client }
  const admission = admit(policy, account, proof)
  if (typeof admission === 'string') {
    const [refusal] = await settleAll(
      notAdmitted(ports, account, proof, admission),
      rateLimiter.resetAttempts(email),
    )
    throw refusal
  }
  const [tokens] = await settleAll(
    openSession(ports, admission),
    // The login has succeeded, and a lock ends by itself, so a failure here is only logged.
    rateLimiter
      .resetAttempts(email)
      .catch(() => events.record({ type: 'login.lock_left', userId: account.id })),
    renewHash(ports, account, password),
  )
  return tokens
}

/**
 * Replaces a hash of a former scheme, unless the password was changed meanwhile. A login does not depend on this write: the old
 * hash stays valid, and the next login tries again. A failed write is only logged.
 */
async function renewHash(
  { users, passwords, events }: Pick<Ports, 'users' | 'passwords' | 'events'>,
  { id, passwordHash }: Account,
  password: string,
): Promise<void> {
  const renewed = await passwords.renew(password, passwordHash)
  if (!renewed) return
  await users
    .replacePasswordHash(id, passwordHash, renewed)
    .catch(() => events.record({ type: 'password.rehash_failed', userId: id }))
}
