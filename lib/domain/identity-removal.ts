import type { Seconds } from './lifetimes.ts'
import type { Ports } from './ports.ts'
import type { IdentityWrites } from './social-ports.ts'
import type { Account } from './users.ts'

/** Part of a change of the account: how many identities it has afterwards, and the writes to their items. */
export interface IdentityRemoval {
  readonly identities?: number
  readonly identityWrites?: IdentityWrites
}

export type IdentityRemovalPorts = Pick<Ports, 'identities'>

/**
 * The removal of the identities that were linked at `since` or later: they may be another person's. It reads only if the account has
 * some.
 */
export async function identitiesRemovedSince(
  ports: IdentityRemovalPorts,
  account: Account,
  since: Seconds,
): Promise<IdentityRemoval> {
  if (account.identities === 0) return {}
  const linked = await ports.identities.list(account.id)
  const removes = linked.filter(({ linkedAt }) => linkedAt >= since)
  return { identities: linked.length - removes.length, identityWrites: { removes } }
}
