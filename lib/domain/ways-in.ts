import type { Passkey } from './factor-ports.ts'
import type { Ports } from './ports.ts'
import { isOffered } from './provider-names.ts'
import { Refusal } from './refusal.ts'
import type { Identity } from './social-ports.ts'
import type { Account } from './users.ts'

export type WayInPorts = Pick<Ports, 'passkeys' | 'identities' | 'policy' | 'relyingParty'>

/**
 * Refuses with `last_way_in` if a passkey or an identity is the only way to log in to its account without a mail. A passkey of a former
 * domain and an identity of a removed provider are none. The account must have been read before, and the removal must be conditioned on
 * its claims version: two requests at once, each of which would leave the other's way, cannot both succeed.
 */
export async function checkWayInStays(
  ports: WayInPorts,
  { id: userId, passwordHash, factors, identities }: Account,
  removed: Passkey | Identity,
): Promise<void> {
  const isWayIn = (way: Passkey | Identity) =>
    'rpId' in way ? way.rpId === ports.relyingParty.rpId : isOffered(ports.policy, way.provider)
  if (passwordHash !== '' || !isWayIn(removed)) return
  const [passkeys, linked] = await Promise.all([
    factors.passkeys > 0 ? ports.passkeys.list(userId) : [],
    identities > 0 ? ports.identities.list(userId) : [],
  ])
  const stays = [...passkeys, ...linked].some((way) => way.id !== removed.id && isWayIn(way))
  if (!stays) throw new Refusal('last_way_in', { subject: { userId } })
}
