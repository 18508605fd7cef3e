import { changedOrRefuse } from './account-changes.ts'
import type { Assurance } from './assurance.ts'
import { deniedUntil } from './lifetimes.ts'
import type { AccountChange, Client, Ports, Session } from './ports.ts'
import { continuedSession } from './sessions.ts'
import { issueTokenPair, type TokenPair, type TokenPorts } from './token-pairs.ts'
import { type Account, changedBy } from './users.ts'

/**
 * Changes what an account can log in with, as it was read. Every session ends, and the caller's goes on as a new one with the same end
 * and the same time of its last proof, unless `proven` raises it.
 */
export async function changeInSession(
  ports: TokenPorts & Pick<Ports, 'users' | 'policy' | 'clock'>,
  account: Account,
  { former, client }: { readonly former: Session; readonly client: Client },
  change: Pick<AccountChange, 'factors' | 'factorWrites' | 'identities' | 'identityWrites'>,
  proven?: Partial<Assurance>,
): Promise<TokenPair> {
  const { factorWrites: _, identityWrites: __, ...counts } = change
  const after = changedBy(account, { ...counts, endsSessions: true })
  const by = continuedSession(ports, after, former, client, proven)
  const changed = changedOrRefuse(
    await ports.users.change(account, {
      ...change,
      endsSessions: true,
      deniedUntil: deniedUntil(ports.clock.now()),
      replaces: { sessionId: former.id, by },
    }),
  )
  return issueTokenPair(ports, changed, by)
}
