import { checkMayLink } from './identities.ts'
import type { Seconds } from './lifetimes.ts'
import { ownAccount } from './own-account.ts'
import type { Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { tellsLoginTime } from './provider-settings.ts'
import { Refusal } from './refusal.ts'
import { checkedDestination, checkFlowAttempt, type FlowRequest } from './social-flows.ts'
import type { LinkTicket } from './social-ports.ts'
import { newSecret } from './social-secrets.ts'

/** How long the browser may take to open the address. */
const TICKET_SECONDS: Seconds = 60

/**
 * Returns the address that begins a flow for a user who is logged in. It has a ticket, because a navigation of the browser carries no
 * access token.
 * Refuses with `not_found`, also for a re-authentication by a provider that cannot prove one, `too_many_attempts`, `invalid_request`, or
 * for a link with `email_not_verified` or `too_many_identities`.
 */
export async function addressWithTicket(
  ports: Pick<Ports, 'users' | 'policy' | 'rateLimiter' | 'social' | 'socialDestinations' | 'clock'> & {
    readonly issuer: string
  },
  principal: Principal,
  request: Omit<FlowRequest, 'ticket' | 'flowCookies'> & Pick<LinkTicket, 'purpose'>,
): Promise<string> {
  await checkFlowAttempt(ports, request)
  const destination = checkedDestination(ports, request)
  const { provider, purpose } = request
  if (purpose === 'reauthentication' && !tellsLoginTime(provider)) throw new Refusal('not_found')
  const account = await ownAccount(ports, principal)
  if (purpose === 'link') checkMayLink(account)
  const { secret, hash } = newSecret()
  const owner = { userId: account.id, sessionVersion: account.sessionVersion }
  const expiresAt = ports.clock.now() + TICKET_SECONDS
  await ports.social.putTicket({ ...destination, ticketHash: hash, provider, purpose, owner, expiresAt })
  return `${ports.issuer}/auth/social/${provider}?ticket=${secret}`
}
