import { forgetSessions } from './account-changes.ts'
import { deviceOf } from './devices.ts'
import { provenEmail, tellProvenEmail } from './email-proofs.ts'
import type { FactorRemovalPorts } from './factor-removal.ts'
import { notify } from './notifications.ts'
import { openToken, redeemToken } from './one-time-codes.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { Client, Ports } from './ports.ts'
import { settleAll } from './settle-all.ts'

/**
 * Sets a password with a mailed token, without the old password. Every session ends, the lock after failed logins is lifted,
 * and the email is verified. Factors stay, unless this is the first proof of the email. Refuses with `invalid_link`, or with
 * `weak_password`, which does not use up the token.
 * OWASP Forgot Password Cheat Sheet; ASVS 6.4.3, 7.4.3.
 */
export async function resetPassword(
  ports: PasswordRulePorts &
    FactorRemovalPorts &
    Pick<Ports, 'users' | 'sessions' | 'codes' | 'passwords' | 'rateLimiter' | 'clock' | 'outbox'>,
  { token, newPassword }: { token: string; newPassword: string },
  client: Client,
): Promise<void> {
  // 1. Check the token before any expensive work.
  const { account: owner } = await openToken(ports, token, 'reset_password')

  // 2. Check the new password.
  await checkNewPassword(ports, newPassword, { path: 'newPassword', words: [owner.email, owner.name] })
  const passwordHash = await ports.passwords.hash(newPassword)

  // 3. One transaction redeems the token, sets the password and ends the sessions, or does nothing.
  const { account, before } = await redeemToken(ports, token, ['reset_password'], async ({ account }) => ({
    ...(await provenEmail(ports, account)),
    passwordHash,
    endsSessions: true,
    // Only the device that used the link stays known, so a login from a thief's device causes a notification.
    devices: [deviceOf(client)],
  }))
  ports.events.record({ type: 'password.reset', userId: account.id })

  // 4. The rest may fail: the password is set, and a lock ends by itself.
  const { id: userId, email } = account
  await settleAll(
    notify(ports, { type: 'password_changed', userId, at: ports.clock.now() }),
    tellProvenEmail(ports, before),
    ports.rateLimiter
      .resetAttempts(email)
      .catch(() => ports.events.record({ type: 'login.lock_left', userId })),
    forgetSessions(ports, userId, account.sessionVersion),
  )
}
