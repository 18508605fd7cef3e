import type { Seconds } from './lifetimes.ts'
import type { Ports } from './ports.ts'
import { isOffered } from './provider-names.ts'
import { failedAt, InterruptedFlow } from './social-ends.ts'
import { endOf } from './social-flows.ts'
import { ProviderFailure, type SocialFlow, type UnknownFlow } from './social-ports.ts'
import { hashOfSecret, newSecret } from './social-secrets.ts'

/** How long the front end may take to redeem the code. */
const RESULT_SECONDS: Seconds = 60

export interface Callback {
  readonly provider: string
  /** What the provider sent, unchecked. */
  readonly parameters: URLSearchParams
  readonly flowCookies: readonly string[]
}

type CallbackPorts = Pick<
  Ports,
  'policy' | 'social' | 'socialProviders' | 'socialDestinations' | 'clock' | 'events'
>

/**
 * Finishes a flow (RFC 6749 4.1.2): returns where the browser goes on, with a code for the front end or an error. It touches no
 * account: who redeems the code must prove to have begun the flow.
 * @throws InterruptedFlow for a failure of ours, once the flow is recognized.
 */
export async function finishSocialFlow(ports: CallbackPorts, callback: Callback): Promise<string> {
  const flow = await flowOf(ports, callback)
  if (typeof flow === 'string') return atLoginPage(ports, callback, flow)
  try {
    return (await redirectWithCode(ports, callback, flow)) ?? atLoginPage(ports, callback, 'unknown_state')
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw new InterruptedFlow(flow.redirect, error)
    return endOf(ports, flow, error)
  }
}

/** Recognizes the flow without using it up: a callback of another browser or provider must not end it. */
async function flowOf(
  { policy, social, clock }: CallbackPorts,
  { provider, parameters, flowCookies }: Callback,
): Promise<SocialFlow | UnknownFlow> {
  const [state, ...others] = parameters.getAll('state')
  if (state === undefined || others.length > 0) return 'unknown_state'
  const flow = await social.findFlow(hashOfSecret(state))
  if (!flow) return 'unknown_state'
  if (flow.expiresAt <= clock.now()) return 'expired'
  if (flow.provider !== provider || !isOffered(policy, provider)) return 'other_provider'
  // Hashes of random values: comparing them tells nothing about a value.
  return flowCookies.some((cookie) => hashOfSecret(cookie) === flow.cookieHash) ? flow : 'other_browser'
}

/** Its own redirect is not used: the flow may be one that another person began. */
function atLoginPage(
  { policy, socialDestinations, events }: CallbackPorts,
  { provider }: Callback,
  reason: UnknownFlow,
): string {
  const isKnown = isOffered(policy, provider)
  const error = 'social_expired'
  events.record({ type: 'social.failed', ...(isKnown && { provider }), error, reason })
  return failedAt(socialDestinations.loginPage, error)
}

/** The redirect of the flow with a code, which waits for the front end; `undefined` if a parallel callback took the flow. */
async function redirectWithCode(
  { social, socialProviders, clock }: CallbackPorts,
  { provider, parameters }: Callback,
  { stateHash }: SocialFlow,
): Promise<string | undefined> {
  // 1. It comes from this provider, and says everything once (RFC 6749 3.1).
  const names = [...parameters.keys()]
  if (new Set(names).size < names.length) throw new ProviderFailure('provider_error', 'callback')
  await socialProviders.checkIssuer(provider, parameters)

  // 2. Use up the flow, so that no callback can be repeated. A name may have come meanwhile.
  const flow = await social.takeFlow(stateHash)
  if (!flow) return undefined

  // 3. Ask the provider who the person is.
  const identity = await socialProviders.identityOf(
    { ...flow, state: parameters.get('state') ?? '' },
    parameters,
  )

  // 4. Keep it for the front end, which redeems it by the code.
  const code = newSecret()
  const { purpose, codeChallenge, owner, redirect } = flow
  const expiresAt = clock.now() + RESULT_SECONDS
  await social.putResult({ codeHash: code.hash, identity, purpose, codeChallenge, owner, expiresAt })
  return `${redirect}#cardea_code=${code.secret}`
}

/** Adds the name that Apple posts in the first login, to the flow of a browser whose cookie the next request shows. */
export async function addNameToFlow(
  { social }: Pick<Ports, 'social'>,
  { state, name }: { readonly state: string; readonly name: string | undefined },
): Promise<void> {
  if (name !== undefined) await social.nameFlow(hashOfSecret(state), name)
}
