import type { FactorWrites } from './factor-ports.ts'
import { hasFactor } from './factors.ts'
import type { Seconds } from './lifetimes.ts'
import type { Ports } from './ports.ts'
import { type Account, type Factors, noFactors } from './users.ts'

/** Part of a change of the account: its factors afterwards, and the writes to their items. */
export interface FactorRemoval {
  readonly factors?: Factors
  readonly factorWrites?: FactorWrites
}

export type FactorRemovalPorts = Pick<Ports, 'passkeys' | 'totps'>

/** The removal of all factors of an account. It reads only if there are some. */
export const allFactorsRemoved = (ports: FactorRemovalPorts, account: Account): Promise<FactorRemoval> =>
  factorsRemovedSince(ports, account, 0)

/**
 * The removal of the factors that were added at `since` or later, and of the recovery codes that were made since then: another
 * person may know them. Recovery codes go with the last factor.
 */
export async function factorsRemovedSince(
  ports: FactorRemovalPorts,
  account: Account,
  since: Seconds,
): Promise<FactorRemoval> {
  if (!hasFactor(account)) return {}
  const [{ totp, recoveryCodes }, passkeys] = await Promise.all([
    ports.totps.find(account.id),
    ports.passkeys.list(account.id),
  ])
  const removesPasskeys = passkeys.filter(({ createdAt }) => createdAt >= since)
  const removesTotp = totp !== undefined && totp.enrolledAt >= since
  const factors = {
    totp: totp !== undefined && !removesTotp,
    passkeys: passkeys.length - removesPasskeys.length,
  }
  const removesCodes = !hasFactor({ factors }) || (recoveryCodes?.createdAt ?? 0) >= since
  return {
    factors: hasFactor({ factors }) ? factors : noFactors,
    factorWrites: {
      ...(removesTotp && { totp: 'removed' }),
      ...(removesCodes && { recoveryCodes: 'removed' }),
      removesPasskeys,
    },
  }
}
