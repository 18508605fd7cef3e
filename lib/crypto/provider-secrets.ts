import type { Seconds } from '../domain/lifetimes.ts'
import type { ProviderSecrets } from '../domain/social-ports.ts'
import { cachedParameters } from './cached-parameters.ts'
import { type Parameters, PROVIDERS_PATH } from './keys.ts'

/** The client secrets of providers, cached as keys are. */
export function providerSecrets(
  parameters: Pick<Parameters, 'below'>,
  now: () => Seconds,
  random: () => number = Math.random,
): ProviderSecrets {
  const cached = cachedParameters(() => parameters.below(PROVIDERS_PATH), now, random)
  return {
    async secretOf(provider, refused) {
      const isUsable = (secrets: ReadonlyMap<string, string>) =>
        secrets.has(provider) && secrets.get(provider) !== refused
      const secret = (await cached(isUsable)).get(provider)
      if (!secret) throw new Error(`There is no client secret of ${provider}`)
      return secret
    },
  }
}
