import type { FactorWrites } from './factor-ports.ts'
import { hasFactor } from './factors.ts'
import type { Seconds } from './lifetimes.ts'
import { notify, queueEmailJob } from './notifications.ts'
import type { Client, Ports, Session } from './ports.ts'
import { Refusal } from './refusal.ts'
import { changeInSession } from './session-changes.ts'
import type { TokenPair, TokenPorts } from './token-pairs.ts'
import type { Account, Factors } from './users.ts'

export type FactorChangePorts = TokenPorts &
  Pick<Ports, 'users' | 'sessions' | 'policy' | 'outbox' | 'clock' | 'events'>

/** The tokens of the session that goes on, and the recovery codes if new ones were made. They are shown once. */
export interface FactorChanged {
  readonly tokens: TokenPair
  readonly recoveryCodes?: readonly string[]
}

/** A change that adds a factor which was just proven, and the recovery codes that come with the first. */
export interface FactorAddition {
  readonly factors: Factors
  readonly writes: FactorWrites
  readonly codes: readonly string[] | undefined
}

/** Refuses an unverified email, where mail is configured: a stranger's factor would lock the owner of the address out. */
export function checkMayAddFactor({ policy }: Pick<Ports, 'policy'>, account: Account): void {
  if (policy.sendsMail && !account.emailVerified)
    throw new Refusal('email_not_verified', { subject: { userId: account.id } })
}

/**
 * Changes the factors of an account as it was read, as `changeInSession` does. `amr`: the caller has proven the new factor, so the
 * session has two proofs.
 */
export async function changeFactors(
  ports: FactorChangePorts,
  account: Account,
  former: Session,
  client: Client,
  { factors, writes, amr }: { factors: Factors; writes: FactorWrites; amr?: readonly string[] },
): Promise<TokenPair> {
  const proven = amr && { amr: [...new Set([...former.amr, ...amr])], acr: 'aal2' as const }
  return changeInSession(ports, account, { former, client }, { factors, factorWrites: writes }, proven)
}

/**
 * Records that a factor was added or removed, and tells the user. The mail about the first factor has a link that undoes it, so it
 * is sent whatever notifications are wanted. `at` is the time in the factor's item: the link removes what was added since.
 */
export async function tellFactorChange(
  ports: FactorChangePorts,
  before: Account,
  { type, factor, at }: { type: 'factor_added' | 'factor_removed'; factor: 'totp' | 'passkey'; at: Seconds },
): Promise<void> {
  const { id: userId } = before
  ports.events.record({ type: type === 'factor_added' ? 'factor.added' : 'factor.removed', userId, factor })
  if (type === 'factor_removed' || hasFactor(before)) await notify(ports, { type, userId, factor, at })
  else if (ports.policy.sendsMail) await queueEmailJob(ports, { type: 'first_factor_added', userId, at })
}
