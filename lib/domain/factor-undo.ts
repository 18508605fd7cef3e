import { disablePassword, forgetSessions, withOptimisticRetry } from './account-changes.ts'
import { UNDO_SECONDS } from './code-purposes.ts'
import { deviceOf } from './devices.ts'
import type { EmailJob } from './email-jobs.ts'
import { mail, recipientOf } from './email-sending.ts'
import { type FactorRemovalPorts, factorsRemovedSince } from './factor-removal.ts'
import { type IdentityRemovalPorts, identitiesRemovedSince } from './identity-removal.ts'
import { queueEmailJob } from './notifications.ts'
import { newToken, readToken } from './one-time-codes.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Mails the owner of the verified address a link that undoes the first factor of the account, and the owner of the former
 * address while that is kept. A thief who knows the password could otherwise lock the owner out for ever. Each link is an item
 * of its own: a thief who removes the factor and adds it again voids no earlier link.
 */
export async function mailFactorUndo(
  ports: Pick<Ports, 'users' | 'factorUndos' | 'mailer' | 'clock' | 'events'>,
  account: Account | undefined,
  { at }: Extract<EmailJob, { type: 'first_factor_added' }>,
): Promise<void> {
  if (!account?.emailVerified) return
  const now = ports.clock.now()
  const former = await ports.users.formerEmail(account.id, now)
  const { token, tokenHash } = newToken(account.id)
  const userId = account.id
  await ports.factorUndos.put({ userId, tokenHash, since: at, keptUntil: at + UNDO_SECONDS })
  const template = { kind: 'first_factor_added', at, token, days: UNDO_SECONDS / 86_400 } as const
  const to = recipientOf(account)
  await mail(ports, to, template)
  if (former) await mail(ports, { ...to, email: former.email }, template)
}

/**
 * Undoes the first factor with its mailed token: removes it and every factor and identity added since, disables the password, ends every
 * session, and mails a link that sets a new password. The token is bound to no version, so that no later change voids it.
 * Refuses with `invalid_link` or `conflict`.
 */
export async function undoFactors(
  ports: FactorRemovalPorts &
    IdentityRemovalPorts &
    Pick<Ports, 'users' | 'sessions' | 'factorUndos' | 'outbox' | 'clock' | 'events'>,
  token: string,
  client: Client,
): Promise<void> {
  const { userId, tokenHash } = readToken(token)
  const now = ports.clock.now()
  const account = await withOptimisticRetry(async () => {
    const { account, undo } = await ports.factorUndos.find(userId, tokenHash)
    if (!account || !undo || undo.keptUntil <= now)
      throw new Refusal('invalid_link', { subject: { claimedUserId: userId } })
    const [{ factorWrites, factors }, linked] = await Promise.all([
      factorsRemovedSince(ports, account, undo.since),
      identitiesRemovedSince(ports, account, undo.since),
    ])
    return ports.users.change(account, {
      ...disablePassword(now),
      devices: [deviceOf(client)],
      ...(factors && { factors }),
      factorWrites: { ...factorWrites, redeemsUndo: undo },
      ...linked,
    })
  })
  ports.events.record({ type: 'factor.undone', userId })
  ports.events.record({ type: 'password.voided', userId, reason: 'factor_undone' })
  await queueEmailJob(ports, { type: 'factor_undone', userId })
  await forgetSessions(ports, userId, account.sessionVersion)
}
