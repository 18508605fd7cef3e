import { allFactorsRemoved, type FactorRemoval, type FactorRemovalPorts } from './factor-removal.ts'
import { hasFactor } from './factors.ts'
import { notify } from './notifications.ts'
import type { Ports } from './ports.ts'
import type { Account } from './users.ts'

/** Part of a change of the account whose owner has just proven to read its mail. */
export interface EmailProof extends FactorRemoval {
  readonly emailVerified: true
  readonly endsSessions: boolean
}

/**
 * What the proof of a mailbox changes, whichever mail proves it. Until the first proof a stranger may have had the account, and
 * may have added factors. So the first proof removes all of them, and with them ends every session (pre-hijacking).
 */
export async function provenEmail(ports: FactorRemovalPorts, account: Account): Promise<EmailProof> {
  const isFirst = !account.emailVerified
  return {
    emailVerified: true,
    endsSessions: isFirst && hasFactor(account),
    ...(isFirst ? await allFactorsRemoved(ports, account) : {}),
  }
}

/** Records which factors the first proof of the email has removed, and tells the owner. `before`: the account as it was read. */
export async function tellProvenEmail(
  ports: Pick<Ports, 'policy' | 'outbox' | 'clock' | 'events'>,
  { id: userId, emailVerified, factors }: Account,
): Promise<void> {
  if (emailVerified) return
  const had = { totp: factors.totp, passkey: factors.passkeys > 0 }
  for (const factor of ['totp', 'passkey'] as const) {
    if (!had[factor]) continue
    ports.events.record({ type: 'factor.removed', userId, factor })
    await notify(ports, { type: 'factor_removed', userId, factor, at: ports.clock.now() })
  }
}
