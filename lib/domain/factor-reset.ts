import { disablePassword, forgetSessions, withOptimisticRetry } from './account-changes.ts'
import { anyAccount } from './administration.ts'
import { allFactorsRemoved, type FactorRemovalPorts } from './factor-removal.ts'
import { waysIn } from './factors.ts'
import { queueEmailJob } from './notifications.ts'
import type { Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import { type Account, noFactors } from './users.ts'

/**
 * Removes every factor of another user, who has lost them, disables the password, ends every session, and mails a link that sets a
 * new password. Without mail the password stays, because nothing could replace it. An administrator keeps the role: a session
 * without a second factor cannot use it. Without a principal, an operator acts on the command line.
 * Refuses with `not_found`, `own_account`, `last_way_in`, `unauthorized` or `conflict`.
 */
export async function resetFactors(
  ports: FactorRemovalPorts & Pick<Ports, 'users' | 'sessions' | 'policy' | 'outbox' | 'clock' | 'events'>,
  principal: Principal | undefined,
  userId: string,
): Promise<Account> {
  if (userId === principal?.userId) throw new Refusal('own_account')
  const { sendsMail } = ports.policy

  const changed = await withOptimisticRetry(async () => {
    const account = await anyAccount(ports, userId)
    const { passwordHash, ...ends } = disablePassword(ports.clock.now())
    if (!sendsMail && waysIn({ ...account, factors: noFactors }) === 0) throw new Refusal('last_way_in')
    const removal = await allFactorsRemoved(ports, account)
    return ports.users.change(account, {
      ...removal,
      ...ends,
      ...(sendsMail && { passwordHash }),
      by: principal,
    })
  })

  ports.events.record({ type: 'factor.reset', userId })
  if (sendsMail) {
    ports.events.record({ type: 'password.voided', userId, reason: 'factors_reset' })
    await queueEmailJob(ports, { type: 'factors_reset', userId })
  }
  await forgetSessions(ports, userId, changed.sessionVersion)
  return changed
}
