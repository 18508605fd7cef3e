import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Proves an e-mail and a password; an unknown e-mail costs the same reads, counts and hash as a wrong password.
 * Refuses with `too_many_attempts` before anything is compared, with `invalid_credentials`, and after the right password
 * with `account_disabled` or `email_not_verified`. ASVS 6.3.1, 6.3.8, OWASP Authentication Cheat Sheet.
 */
export async function verifyPassword(
  {
    users,
    passwords,
    throttle,
    limits,
    policy,
    events,
  }: Pick<Ports, 'users' | 'passwords' | 'throttle' | 'limits' | 'policy' | 'events'>,
  { email, password }: { email: string; password: string },
): Promise<Account> {
  // A try that cannot be compared is not one.
  await passwords.ready()
  // The try is taken before the compare: a thousand at once must not all find that there was none yet.
  const tries = await throttle.reserveTry(email)

  // One consistent read before the compare gives everything that the session is opened with: if the
  // password changes meanwhile, the session is of a past epoch and ends at its first refresh.
  const account = await users.findByEmail(email)
  const matches = await passwords.compare(password, account?.passwordHash)

  if (!account || !matches) {
    const failed = account ? 'wrong_password' : 'unknown_email'
    events.record({ type: 'login.failed', reason: failed, ...(account && { userId: account.id }) })
    if (tries >= limits.loginFailures.most)
      events.record({ type: 'login.locked', ...(account && { userId: account.id }) })
    throw new Refusal('invalid_credentials')
  }
  await throttle.forgive(email)

  if (account.status !== 'active') {
    events.record({ type: 'login.failed', userId: account.id, reason: 'account_disabled' })
    throw new Refusal('account_disabled')
  }
  if (policy.requireVerifiedEmail && !account.emailVerified) {
    events.record({ type: 'login.failed', userId: account.id, reason: 'email_not_verified' })
    throw new Refusal('email_not_verified')
  }
  const renewed = await passwords.renew(password, account.passwordHash)
  if (renewed) await users.replacePasswordHash(account.id, account.passwordHash, renewed)
  return account
}
