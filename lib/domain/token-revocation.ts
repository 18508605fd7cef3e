import type { Ports } from './ports.ts'
import { ProviderFailure, type Revocation } from './social-ports.ts'

/**
 * Revokes the token of an identity that was removed. A provider that does not answer is asked again; what it refuses, and the token of a
 * provider that was removed from PROVIDERS, is recorded and given up.
 */
export async function revokeToken(
  { socialProviders, events }: Pick<Ports, 'socialProviders' | 'events'>,
  job: Revocation,
): Promise<void> {
  const { provider } = job
  try {
    await socialProviders.revoke(job)
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.code === 'provider_unavailable') throw error
    events.record({ type: 'social.failed', provider, error: error.code, reason: error.reason })
  }
}
