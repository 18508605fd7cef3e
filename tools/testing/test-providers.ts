import {
  ProviderFailure,
  type ProviderIdentity,
  type SocialProviders,
} from '../../lib/domain/social-ports.ts'

export interface TestProviders extends SocialProviders {
  /** What the next callback of a provider answers, by the `code` of the callback. */
  readonly answers: Map<string, ProviderIdentity | ProviderFailure>
  /** The subjects whose refresh token was revoked. */
  readonly revoked: string[]
}

/** Providers without a network. `lib/social` is tested with real ones. */
export function testProviders(): TestProviders {
  const answers = new Map<string, ProviderIdentity | ProviderFailure>()
  const revoked: string[] = []
  return {
    answers,
    revoked,
    async authorizationUrl(provider, { state, nonce, purpose }) {
      const query = new URLSearchParams({
        state,
        nonce,
        ...(purpose === 'reauthentication' && { max_age: '0' }),
      })
      return `https://${provider}.example/authorize?${query}`
    },
    async checkIssuer(provider, callback) {
      const iss = callback.get('iss')
      if (iss !== null && iss !== `https://${provider}.example`)
        throw new ProviderFailure('provider_error', 'callback_iss')
    },
    async identityOf(_, callback) {
      if (callback.has('error')) throw new ProviderFailure('access_denied', 'cancelled')
      const answer = answers.get(callback.get('code') ?? '')
      if (!answer) throw new ProviderFailure('provider_error', 'code')
      if (answer instanceof ProviderFailure) throw answer
      return answer
    },
    async revoke({ subject }) {
      revoked.push(subject)
    },
  }
}
