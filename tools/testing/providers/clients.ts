import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { seals } from '../../../lib/crypto/seals.ts'
import type { ProviderSettings } from '../../../lib/domain/provider-settings.ts'
import type { ProviderSecrets, SocialPurpose } from '../../../lib/domain/social-ports.ts'
import { socialProviders } from '../../../lib/social/providers.ts'
import { testKeys } from '../keys.ts'

export const OWN_ISSUER = 'https://auth.example.com'
export const CLIENT_ID = 'cardea-client'
export const CLIENT_SECRET = 'a client secret with 40 characters, more'

/** The key of Apple's team: the public half is what the test provider knows. */
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const appleKeys = {
  publicKey: String(pair.publicKey.export({ type: 'spki', format: 'pem' })),
  privateKey: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
}

const now = () => Math.floor(Date.now() / 1000)
const fixed = (secret: string): ProviderSecrets => ({ secretOf: async () => secret })

/** The providers of Cardea with one provider, over the network of this machine. */
export function clientOf(
  settings: Pick<ProviderSettings, 'kind' | 'issuer'> & Partial<ProviderSettings>,
  change: Partial<Parameters<typeof socialProviders>[0]> = {},
) {
  const name = settings.name ?? settings.kind
  const providers = socialProviders({
    providers: [{ label: name, clientId: CLIENT_ID, trustEmail: false, ...settings, name }],
    issuer: OWN_ISSUER,
    isLocal: true,
    secrets: fixed(settings.kind === 'apple' ? appleKeys.privateKey : CLIENT_SECRET),
    seals: seals(testKeys),
    now,
    ...change,
  })
  return {
    providers,
    /** Begins a login, has the browser go to the provider, and checks what it brings back. */
    async logIn(
      browser: (address: string) => Promise<URLSearchParams>,
      begun: { readonly purpose?: SocialPurpose } = {},
    ) {
      const flow = newFlow(name)
      const callback = await browser(await providers.authorizationUrl(name, { ...flow, ...begun }))
      return { flow, callback, identity: () => providers.identityOf(flow, callback) }
    },
  }
}

const random = () => randomBytes(32).toString('base64url')
export const newFlow = (provider: string) => ({
  provider,
  state: random(),
  nonce: random(),
  codeVerifier: random(),
  purpose: 'login' as const,
})
