import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { callbackAddress } from '../../../lib/domain/provider-settings.ts'
import { fileParameters } from '../../../lib/parameters/file.ts'
import { freePort } from '../../local/ports.ts'
import { appleKeys, CLIENT_ID, CLIENT_SECRET } from './clients.ts'
import { type ProviderKind, TENANT } from './provider-options.ts'
import { startProvider } from './start-provider.ts'

/** The name of each kind in PROVIDERS. */
const names = {
  google: 'google',
  microsoft: 'microsoft',
  apple: 'apple',
  github: 'github',
  oidc: 'acme',
} as const

/**
 * Starts a provider of each kind for `npm start`: stores their secrets in its folder, and returns its settings. The providers are at
 * 127.0.0.1 and the API is at localhost, because ports of one host are one site, and SameSite cookies would be sent wrongly.
 */
export async function localProviders(folder: string, kinds: readonly ProviderKind[]) {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  mkdirSync(folder, { recursive: true })
  const parameters = fileParameters(join(folder, 'keys.json'))
  const settings: Record<string, string> = {
    PORT: String(port),
    PROVIDERS: kinds.map((kind) => names[kind]).join(','),
    MICROSOFT_TENANT: TENANT,
    APPLE_TEAM_ID: 'TEAM123456',
    APPLE_KEY_ID: 'KEY1234567',
    ACME_TRUST_EMAIL: 'true',
  }
  const providers = await Promise.all(
    kinds.map(async (kind) => {
      const name = names[kind]
      const provider = await startProvider(kind, {
        clientId: CLIENT_ID,
        clientSecret: kind === 'apple' ? appleKeys.publicKey : CLIENT_SECRET,
        redirectUris: [callbackAddress(origin, name)],
      })
      settings[`${name.toUpperCase()}_CLIENT_ID`] = CLIENT_ID
      settings[`${name.toUpperCase()}_ISSUER`] = provider.issuer
      return provider
    }),
  )
  // One after the other: each rewrites the file.
  for (const kind of kinds)
    await parameters.create('providers', names[kind], kind === 'apple' ? appleKeys.privateKey : CLIENT_SECRET)
  return {
    settings,
    origin,
    close: async () => {
      for (const provider of providers) await provider.close()
    },
  }
}
