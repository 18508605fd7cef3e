import { changedOrRefuse } from './account-changes.ts'
import { deniedUntil } from './lifetimes.ts'
import { notify } from './notifications.ts'
import { checkPassword, ownAccount } from './own-account.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { Client, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { continuedSession, ownSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'
import { changedBy } from './users.ts'

/**
 * Sets a new password. Every session ends, including a stolen copy of the current one; the caller continues in a new session.
 * An account that has a password needs it; one that has only passkeys gets its first.
 * Refuses with `wrong_password`, `weak_password`, or `conflict` if the account was changed or this session ended meanwhile.
 */
export async function changePassword(
  ports: TokenPorts & PasswordRulePorts & Pick<Ports, 'users' | 'sessions' | 'passwords' | 'outbox'>,
  principal: Principal,
  input: { currentPassword?: string | undefined; newPassword: string; client: Client },
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  await checkPassword(ports, account, input.currentPassword)
  const about = { path: 'newPassword', words: [account.email, account.name] }
  await checkNewPassword(ports, input.newPassword, about)
  const passwordHash = await ports.passwords.hash(input.newPassword)
  const fields = { passwordHash, endsSessions: true }
  const session = continuedSession(ports, changedBy(account, fields), former, input.client)
  const changed = changedOrRefuse(
    await ports.users.change(account, {
      ...fields,
      deniedUntil: deniedUntil(ports.clock.now()),
      replaces: { sessionId: principal.sessionId, by: session },
    }),
  )
  ports.events.record({ type: 'password.changed', userId: account.id, sessionId: session.id })
  await notify(ports, { type: 'password_changed', userId: account.id, at: ports.clock.now() })
  return issueTokenPair(ports, changed, session)
}
