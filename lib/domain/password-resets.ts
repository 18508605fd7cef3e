import { forgetSessions } from './account-changes.ts'
import { deviceOf } from './devices.ts'
import { notify } from './notifications.ts'
import { openToken, redeemToken } from './one-time-codes.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { Client, Ports } from './ports.ts'
import { settleAll } from './settle-all.ts'

/**
 * Sets the password of whoever has the mailed token, without the old one. Every session ends, the lock of failed logins is
 * lifted, and the email is proven. Refuses with `invalid_link`, or `weak_password`, which spends nothing.
 * OWASP Forgot Password Cheat Sheet; ASVS 6.4.3, 7.4.3.
 */
export async function resetPassword(
  ports: PasswordRulePorts &
    Pick<Ports, 'users' | 'sessions' | 'codes' | 'passwords' | 'rateLimiter' | 'clock' | 'outbox'>,
  { token, newPassword }: { token: string; newPassword: string },
  client: Client,
): Promise<void> {
  // 1. The token is good now, before anything is reckoned for whoever sent it.
  const { account: owner } = await openToken(ports, token, 'reset_password')

  // 2. The password is one that may be set.
  await checkNewPassword(ports, newPassword, { path: 'newPassword', words: [owner.email, owner.name] })
  const passwordHash = await ports.passwords.hash(newPassword)

  // 3. One transaction spends the token, sets the password and ends the sessions, or does nothing.
  const { account } = await redeemToken(ports, token, ['reset_password'], () => ({
    passwordHash,
    emailVerified: true,
    endsSessions: true,
    // Of all devices the one that read the mail is known: what a thief logs in from is news again.
    devices: [deviceOf(client)],
  }))
  ports.events.record({ type: 'password.reset', userId: account.id })

  // 4. What is left can fail: the password is set, and a lock ends by itself.
  const { id: userId, email } = account
  await settleAll(
    notify(ports, { type: 'password_changed', userId, at: ports.clock.now() }),
    ports.rateLimiter
      .resetAttempts(email)
      .catch(() => ports.events.record({ type: 'login.lock_left', userId })),
    forgetSessions(ports, userId, account.sessionVersion),
  )
}
