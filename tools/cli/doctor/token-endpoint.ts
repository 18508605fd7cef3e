import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { isLocal } from '../../../lib/config.ts'
import type { ProviderSettings } from '../../../lib/domain/provider-settings.ts'
import { ProviderFailure } from '../../../lib/domain/social-ports.ts'
import { checkedCallback } from '../../../lib/social/callback.ts'
import { clientsOf } from '../../../lib/social/providers.ts'
import { exchange } from '../../../lib/social/token-exchange.ts'

/** Questions to a provider, asked with the code of the functions. Each answers the failure, if there is one. */
export function providerQuestions(issuer: string) {
  const now = () => Math.floor(Date.now() / 1000)
  const asked = (provider: ProviderSettings, secret: string) => {
    const secrets = { secretOf: async () => secret }
    const { clientOf, serverOf } = clientsOf({
      providers: [provider],
      issuer,
      secrets,
      now,
      isLocal: isLocal({ issuer }),
    })
    const client = clientOf(provider.name)
    return { client, server: () => serverOf(client.provider) }
  }
  return {
    /** Whether its discovery document can be used. */
    discovery: (provider: ProviderSettings) => failureOf(() => asked(provider, '').server()),

    /** Exchanges a code that does not exist. A provider that checks the secret first refuses a wrong one as `client`. */
    exchange: (provider: ProviderSettings, secret: string) =>
      failureOf(async () => {
        const { client, server } = asked(provider, secret)
        const found = await server()
        const { issuer: iss, authorization_response_iss_parameter_supported: sendsIssuer } = found.metadata
        const state = randomBytes(32).toString('base64url')
        const callback = new URLSearchParams({ code: 'npm-run-doctor', state, ...(sendsIssuer && { iss }) })
        const codeVerifier = randomBytes(32).toString('base64url')
        await exchange(client, found, { codeVerifier }, await checkedCallback(client, found, state, callback))
      }),
  }
}
export type ProviderQuestions = ReturnType<typeof providerQuestions>

async function failureOf(work: () => Promise<unknown>): Promise<ProviderFailure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}

/** A secret of the right form that no provider has given. */
export const wrongSecretOf = ({ kind }: ProviderSettings): string =>
  kind === 'apple'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString()
    : randomBytes(30).toString('base64url')
