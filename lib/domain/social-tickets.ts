import { checkMayAddFactor } from './factor-changes.ts'
import type { Seconds } from './lifetimes.ts'
import { ownAccount } from './own-account.ts'
import type { Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { checkedDestination, checkFlowAttempt, type FlowRequest } from './social-flows.ts'
import type { LinkTicket } from './social-ports.ts'
import { newSecret } from './social-secrets.ts'

/** How long the browser may take to open the address. */
const TICKET_SECONDS: Seconds = 60

/**
 * Returns the address that begins a flow for a user who is logged in. It has a ticket, because a navigation of the browser carries no
 * access token.
 * Refuses with `not_found`, `too_many_attempts`, `invalid_request`, or for a link with `email_not_verified`.
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
  const account = await ownAccount(ports, principal)
  const { provider, purpose } = request
  // A stranger may have created an account that is not confirmed, and would keep a way into it.
  if (purpose === 'link') checkMayAddFactor(ports, account)
  const { secret, hash } = newSecret()
  const owner = { userId: account.id, sessionVersion: account.sessionVersion }
  const expiresAt = ports.clock.now() + TICKET_SECONDS
  await ports.social.putTicket({ ...destination, ticketHash: hash, provider, purpose, owner, expiresAt })
  return `${ports.issuer}/auth/social/${provider}?ticket=${secret}`
}
