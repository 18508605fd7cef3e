import { deviceOf } from './devices.ts'
import { allFactorsRemoved, type FactorRemovalPorts } from './factor-removal.ts'
import { waysIn } from './factors.ts'
import { openToken, redeemToken } from './one-time-codes.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Sets the first password of an account that has neither a password nor a passkey, and verifies its email. Opens no session.
 * Refuses with `invalid_link`, `conflict`, or with `weak_password`, which does not use up the token.
 */
export async function finishSignUp(
  ports: PasswordRulePorts & FactorRemovalPorts & Pick<Ports, 'users' | 'codes' | 'passwords' | 'clock'>,
  { token, newPassword }: { token: string; newPassword: string },
  client: Client,
): Promise<void> {
  // 1. Check the token before any expensive work.
  const { account: owner } = await openToken(ports, token, 'finish_sign_up')
  checkHasNoWayIn(owner)

  // 2. Check the new password.
  await checkNewPassword(ports, newPassword, { path: 'newPassword', words: [owner.email, owner.name] })
  const passwordHash = await ports.passwords.hash(newPassword)

  // 3. One transaction redeems the token and sets the password, or does nothing.
  const { account } = await redeemToken(ports, token, ['finish_sign_up'], async ({ account }) => {
    checkHasNoWayIn(account)
    return {
      passwordHash,
      emailVerified: true,
      endsSessions: true,
      devices: [deviceOf(client)],
      // Nobody has proven this email before. So whoever added a factor may be a stranger.
      ...(account.emailVerified ? {} : await allFactorsRemoved(ports, account)),
    }
  })
  ports.events.record({ type: 'email.verified', userId: account.id })
  ports.events.record({ type: 'password.reset', userId: account.id })
}

/** The link of a sign-up must not become a second way to reset a password. */
function checkHasNoWayIn(account: Account): void {
  if (waysIn(account) > 0) throw new Refusal('invalid_link', { subject: { userId: account.id } })
}
