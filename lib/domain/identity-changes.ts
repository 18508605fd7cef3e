import { notify } from './notifications.ts'
import type { Ports } from './ports.ts'
import type { Identity } from './social-ports.ts'

type TellPorts = Pick<Ports, 'policy' | 'outbox' | 'clock' | 'events'>

/** Records that an identity was linked, without a mail: the account is as new as the link. */
export function recordLink({ events }: Pick<Ports, 'events'>, { userId, id, provider }: Identity): void {
  events.record({ type: 'identity.linked', userId, identityId: id, provider })
}

/** Records that an identity was linked, and tells the user. */
export async function tellLink(ports: TellPorts, identity: Identity): Promise<void> {
  recordLink(ports, identity)
  await notify(ports, { type: 'identity_linked', ...factsOf(ports, identity) })
}

/** The same for an identity that was unlinked. */
export async function tellUnlink(ports: TellPorts, identity: Identity): Promise<void> {
  const { userId, id, provider } = identity
  ports.events.record({ type: 'identity.unlinked', userId, identityId: id, provider })
  await notify(ports, { type: 'identity_unlinked', ...factsOf(ports, identity) })
}

const factsOf = ({ clock }: Pick<Ports, 'clock'>, { userId, provider, accountName }: Identity) => ({
  userId,
  at: clock.now(),
  provider,
  ...(accountName !== undefined && { accountName }),
})
