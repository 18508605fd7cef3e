import { randomUUID } from 'node:crypto'
import { linkedTo } from '../../lib/domain/identity-ids.ts'
import type { Ports } from '../../lib/domain/ports.ts'
import type { Identity, ProviderAccount } from '../../lib/domain/social-ports.ts'

/** An identity of a user, of a provider account of its own. It is not stored yet. */
export const newIdentity = (userId: string, now: number, change: Partial<ProviderAccount> = {}): Identity =>
  linkedTo(
    userId,
    { provider: 'google', issuer: 'https://accounts.google.com', subject: randomUUID(), ...change },
    now,
  )

/** Links an identity to a user through storage, without ending a session. Access tokens end. */
export async function withIdentity(
  { users, clock }: Pick<Ports, 'users' | 'clock'>,
  userId: string,
  linked: Partial<ProviderAccount> = {},
): Promise<Identity> {
  const account = await users.findById(userId)
  const identity = newIdentity(userId, clock.now(), linked)
  const outcome =
    account &&
    (await users.change(account, {
      emailVerified: true,
      identities: account.identities + 1,
      identityWrites: { adds: identity },
      endsSessions: false,
      deniedUntil: 0,
    }))
  if (!outcome || typeof outcome === 'string') throw new Error(`The identity was not linked: ${outcome}`)
  return identity
}
