import type { Seconds } from './lifetimes.ts'
import type { Client, Ports } from './ports.ts'
import { isOffered } from './provider-names.ts'
import { subjectOfIp } from './rate-limiter.ts'
import { Refusal } from './refusal.ts'
import { settleAll } from './settle-all.ts'
import { failedAt } from './social-ends.ts'
import { type LinkTicket, ProviderFailure, type SocialFlow } from './social-ports.ts'
import { hashOfSecret, newSecret } from './social-secrets.ts'

/** How long a person may take at the provider. */
const FLOW_SECONDS: Seconds = 600

export interface FlowRequest {
  readonly provider: string
  readonly redirect?: string | undefined
  readonly codeChallenge?: string | undefined
  /** In place of both, for a user who is logged in. */
  readonly ticket?: string | undefined
  /** The values of the cookie that the browser has from earlier flows. */
  readonly flowCookies: readonly string[]
  readonly client: Client
}

type FlowPorts = Pick<
  Ports,
  'policy' | 'rateLimiter' | 'social' | 'socialProviders' | 'socialDestinations' | 'clock' | 'events'
>

/**
 * Begins a flow: returns the address at the provider, and the value of the cookie that binds the flow to the browser (RFC 9700 4.7).
 * Tabs share one value, so that they do not end each other's flows. If the provider cannot be asked, the flow ends at once.
 * Refuses with `not_found`, `too_many_attempts`, `invalid_request` or `invalid_link`, and never redirects to an address that is not
 * allowed (RFC 9700 4.11).
 */
export async function beginSocialFlow(
  ports: FlowPorts,
  request: FlowRequest,
): Promise<{ readonly location: string; readonly cookie: string }> {
  await checkFlowAttempt(ports, request)
  const begun = request.ticket === undefined ? loginOf(ports, request) : await ticketOf(ports, request)
  const state = newSecret()
  const [nonce, codeVerifier] = [newSecret().secret, newSecret().secret]
  const cookie = request.flowCookies[0] ?? newSecret().secret
  const flow: SocialFlow = {
    ...begun,
    stateHash: state.hash,
    provider: request.provider,
    nonce,
    codeVerifier,
    cookieHash: hashOfSecret(cookie),
    expiresAt: ports.clock.now() + FLOW_SECONDS,
  }
  const asked = { state: state.secret, nonce, codeVerifier, purpose: begun.purpose }
  try {
    const [location] = await settleAll(
      ports.socialProviders.authorizationUrl(request.provider, asked),
      ports.social.putFlow(flow),
    )
    return { location, cookie }
  } catch (error) {
    return { location: endOf(ports, flow, error), cookie }
  }
}

/** Records why the provider failed, and returns where the flow ends. Throws every other error again. */
export function endOf(
  { events }: Pick<Ports, 'events'>,
  { provider, redirect }: Pick<SocialFlow, 'provider' | 'redirect'>,
  error: unknown,
): string {
  if (!(error instanceof ProviderFailure)) throw error
  events.record({ type: 'social.failed', provider, error: error.code, reason: error.reason })
  return failedAt(redirect, error.code)
}

/** Checks what comes before all else, and counts the attempt. Refuses with `not_found` or `too_many_attempts`. */
export async function checkFlowAttempt(
  { policy, rateLimiter }: Pick<Ports, 'policy' | 'rateLimiter'>,
  { provider, client }: Pick<FlowRequest, 'provider' | 'client'>,
): Promise<void> {
  if (!isOffered(policy, provider)) throw new Refusal('not_found')
  await rateLimiter.take('socialPerIp', subjectOfIp(client.ip))
}

/** The part of a flow that its front end chooses. Refuses with `invalid_request`. */
export function checkedDestination(
  { socialDestinations }: Pick<Ports, 'socialDestinations'>,
  { redirect = '', codeChallenge = '' }: Pick<FlowRequest, 'redirect' | 'codeChallenge'>,
): Pick<SocialFlow, 'redirect' | 'codeChallenge'> {
  const refusal = (path: string, message: string) =>
    new Refusal('invalid_request', { issues: [{ path, message }] })
  if (!socialDestinations.redirects.includes(redirect))
    throw refusal('redirect', 'must be an entry of SOCIAL_REDIRECTS')
  // S256 alone: a plain challenge would be the verifier itself (RFC 9700 2.1.1).
  if (!/^[\w-]{43}$/.test(codeChallenge))
    throw refusal('codeChallenge', 'must be the S256 challenge of 43 characters')
  return { redirect, codeChallenge }
}

type Begun = Pick<SocialFlow, 'purpose' | 'redirect' | 'codeChallenge' | 'owner'>

const loginOf = (ports: FlowPorts, request: FlowRequest): Begun => ({
  ...checkedDestination(ports, request),
  purpose: 'login',
})

/** Spends the ticket. A ticket of another provider is spent as well. Refuses with `invalid_link`. */
async function ticketOf(
  { social, clock }: FlowPorts,
  { provider, ticket = '' }: FlowRequest,
): Promise<Begun> {
  const found: LinkTicket | undefined = await social.takeTicket(hashOfSecret(ticket))
  if (!found || found.provider !== provider || found.expiresAt <= clock.now())
    throw new Refusal('invalid_link', { subject: { userId: found?.owner.userId } })
  const { purpose, redirect, codeChallenge, owner } = found
  return { purpose, redirect, codeChallenge, owner }
}
