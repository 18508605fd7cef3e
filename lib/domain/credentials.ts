import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Proves an e-mail and a password; an unknown e-mail costs the same reads and the same hash as a wrong password.
 * Refuses with `invalid_credentials`, or `account_disabled` after the right password.
 * ASVS 6.3.8, OWASP Authentication Cheat Sheet.
 */
export async function verifyPassword(
  { users, passwords, events }: Pick<Ports, 'users' | 'passwords' | 'events'>,
  { email, password }: { email: string; password: string },
): Promise<Account> {
  // One consistent read before the compare gives everything that the session is opened with: if the
  // password changes meanwhile, the session is of a past epoch and ends at its first refresh.
  const account = await users.findByEmail(email)
  const matches = await passwords.compare(password, account?.passwordHash)

  if (!account) {
    events.record({ type: 'login.failed', reason: 'unknown_email' })
    throw new Refusal('invalid_credentials')
  }
  if (!matches) {
    events.record({ type: 'login.failed', userId: account.id, reason: 'wrong_password' })
    throw new Refusal('invalid_credentials')
  }
  if (account.status !== 'active') {
    events.record({ type: 'login.failed', userId: account.id, reason: 'account_disabled' })
    throw new Refusal('account_disabled')
  }
  const renewed = await passwords.renew(password, account.passwordHash)
  if (renewed) await users.replacePasswordHash(account.id, account.passwordHash, renewed)
  return account
}
